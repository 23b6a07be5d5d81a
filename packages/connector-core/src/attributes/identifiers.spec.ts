import { expect, it } from '@jest/globals';
import { type IdentifierMatch, matchIdentifier } from './identifiers.js';

it.each<[string, string | undefined, IdentifierMatch]>([
  ['K-77', 'K-77', 'same'],
  ['K-77', ' K-77 \0', 'same'],
  ['K-77', 'L-1\\K-77', 'same'],
  ['L-1\\K-77', 'L-1\\K-77', 'same'],
  ['K-77', 'k-77', 'letter-case'],
  ['K-77', 'L-1\\k-77', 'letter-case'],
  ['77', '0077', 'leading-zeros'],
  ['0077', '77', 'leading-zeros'],
  ['00K7', 'k7', 'leading-zeros'],
  ['0', '000', 'leading-zeros'],
  ['77', '770', 'different'],
  ['K-77', 'K-7', 'different'],
  ['K-77', '', 'different'],
  ['K-77', undefined, 'different'],
  ['', '0', 'different'],
])('%j searched, %j found: %s', (wanted, held, expected) => {
  expect(matchIdentifier(wanted, held)).toBe(expected);
});

it('knows ids that the archive lists as Other Patient IDs', () => {
  expect(matchIdentifier('OLD', 'NEW', ['OLDER\\OLD'])).toBe('other-patient-id');
  expect(matchIdentifier('OLD', 'NEW', [undefined, 'OLD '])).toBe('other-patient-id');
  expect(matchIdentifier('NEW', 'NEW', ['OLD'])).toBe('same');
  expect(matchIdentifier('GUESS', 'NEW', ['OLD'])).toBe('different');
});
