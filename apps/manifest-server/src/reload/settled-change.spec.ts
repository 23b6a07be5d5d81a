import { expect, it } from '@jest/globals';
import { SettledChange } from './settled-change.js';

it('is reported at the second poll with the same value, until it is accepted, and not if the value goes back', () => {
  const change = new SettledChange('old');
  const polls = (...values: string[]) => values.map((value) => change.poll(value));
  expect(polls('old', 'old')).toEqual([false, false]);
  expect(polls('half', 'old', 'half', 'whole')).toEqual([false, false, false, false]);
  expect(polls('whole')).toEqual([true]);
  change.accept('whole');
  expect(polls('whole', 'whole', 'old', 'old')).toEqual([false, false, false, true]);
});
