import { expect, it } from '@jest/globals';
import { recordName, Seal } from './seal.js';

it('opens what it sealed, under the same name and secret only', () => {
  const seal = new Seal('a secret');
  const sealed = seal.seal('name', Buffer.from('Doe^Jane'));
  expect(sealed.includes('Doe')).toBe(false);
  expect(seal.open('name', sealed)?.toString()).toBe('Doe^Jane');
  expect(new Seal('a secret').open('name', sealed)?.toString()).toBe('Doe^Jane');
  expect(seal.open('another', sealed)).toBeUndefined();
  expect(new Seal('another').open('name', sealed)).toBeUndefined();
  for (let index = 0; index < sealed.byteLength; index++) {
    const damaged = Buffer.from(sealed);
    damaged[index] = (damaged[index] ?? 0) ^ 1;
    expect(seal.open('name', damaged)).toBeUndefined();
  }
  expect(seal.open('name', Buffer.alloc(3))).toBeUndefined();
});

it('never seals alike, and keeps under a name that does not open the manifest', () => {
  const seal = new Seal('a secret');
  expect(seal.seal('n', Buffer.from('x'))).not.toEqual(seal.seal('n', Buffer.from('x')));
  expect(recordName('key')).not.toContain('key');
  expect(seal.signingKey).toHaveLength(32);
  expect(new Seal('b').signingKey).not.toEqual(seal.signingKey);
});

it('verifies what it signed, for the same purpose and secret only', () => {
  const seal = new Seal('a secret');
  const signed = seal.sign('claim', 'holder');
  expect(seal.verify('claim', signed)).toBe('holder');
  expect(new Seal('a secret').verify('claim', signed)).toBe('holder');
  expect(new Seal('another').verify('claim', signed)).toBeUndefined();
  for (const wrong of [
    '',
    '.',
    'holder',
    'error',
    'holder.',
    `${signed}.`,
    `${signed}x`,
    `x${signed}`,
    'x'.repeat(1e6),
  ])
    expect(seal.verify('claim', wrong)).toBeUndefined();
  expect(seal.verify('message', signed)).toBeUndefined();
});
