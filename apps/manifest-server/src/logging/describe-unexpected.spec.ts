import { expect, it } from '@jest/globals';
import { describeUnexpected } from './describe-unexpected.js';

it('says where an error came from, and its message only if the engine wrote it', () => {
  const library = Object.assign(new Error('password of sa is hunter2\n    is what it was'), { code: 'ELOGIN' });
  const text = describeUnexpected(library);
  expect(text).toMatch(/^Error \(ELOGIN\)\n\s+at .*describe-unexpected\.spec/);
  expect(text).not.toContain('hunter2');
  try {
    (undefined as unknown as { x: number }).x++;
  } catch (error) {
    expect(describeUnexpected(error)).toContain("Cannot read properties of undefined (reading 'x')");
  }
  expect(describeUnexpected('hunter2')).toBe('string thrown');
});
