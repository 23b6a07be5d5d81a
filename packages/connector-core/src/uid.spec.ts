import { expect, it } from '@jest/globals';
import { isUid } from './uid.js';

it.each([
  ['1.2.840', true],
  ['1.02.3', true],
  ['1.2..3', true],
  ['1.2.', true],
  ['9'.repeat(64), true],
  ['9'.repeat(65), false],
  ['', false],
  ['.', false],
  ['..', false],
  ['../1', false],
  ['1.2.*', false],
  ['1.2\\1.3', false],
  ['1.2.3\n', false],
  [undefined, false],
])('isUid(%j) is %j', (value, expected) => {
  expect(isUid(value)).toBe(expected);
});
