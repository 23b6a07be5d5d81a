import { expect, it } from '@jest/globals';
import { coded, withCodeFromEnd } from './coded-message.js';
import { codes } from '../errors/error-codes.js';

it('takes the code from the end of a message', () => {
  const text = 'connector main: the driver is another [server.plugin.not-loaded]';
  expect(withCodeFromEnd(text)).toEqual(coded(text, codes['server.plugin.not-loaded']));
  for (const plain of ['a message', 'a list [1]', 'a code [server.plugin.not-loaded] inside'])
    expect(withCodeFromEnd(plain)).toBe(plain);
});
