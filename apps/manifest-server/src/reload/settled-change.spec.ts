import { expect, it } from '@jest/globals';
import { SettledChange } from './settled-change.js';

it('is told at the second look at the same, once it has been dealt with no more, and not at all where it went back', () => {
  const change = new SettledChange('old');
  const looks = (...seen: string[]) => seen.map((now) => change.look(now));
  expect(looks('old', 'old')).toEqual([false, false]);
  expect(looks('half', 'old', 'half', 'whole')).toEqual([false, false, false, false]);
  expect(looks('whole')).toEqual([true]);
  change.deal('whole');
  expect(looks('whole', 'whole', 'old', 'old')).toEqual([false, false, false, true]);
});
