import { createCipheriv, pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CipherError, SymmetricCipher } from './cipher.js';

/** Spring's encryptors by their description alone, apart from the code under test. */
function springEncrypt(mode: 'gcm' | 'cbc', password: string, salt: string, iv: Buffer, text: string): string {
  const key = pbkdf2Sync(password, Buffer.from(salt, 'hex'), 1024, 256 / 8, 'sha1');
  if (mode === 'cbc') {
    const cipher = createCipheriv('aes-256-cbc', key, iv);
    return iv.toString('hex') + cipher.update(text, 'utf8', 'hex') + cipher.final('hex');
  }
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const body = cipher.update(text, 'utf8', 'hex') + cipher.final('hex');
  return iv.toString('hex') + body + cipher.getAuthTag().toString('hex');
}

const iv = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');

describe.each(['gcm', 'cbc'] as const)('%s', (mode) => {
  it.each([
    ['changeit', 'secret', 'deadbeef'],
    ['', 'secret', 'deadbeef'],
    ['pässwörd ${NOT} {cipher} 漢字', 'a longer key ü', '00112233445566778899'],
    ['exactly16bytes!!', 'secret', 'DEADBEEF'],
  ])('reads what Spring writes: %s', (text, password, salt) => {
    if (text === '' && mode === 'gcm') {
      // An IV and a tag only: the shortest ciphertext there is.
      expect(springEncrypt(mode, password, salt, iv, text)).toHaveLength(64);
    }
    expect(new SymmetricCipher(password, salt).decrypt(springEncrypt(mode, password, salt, iv, text))).toBe(text);
  });

  it('reads what it writes, for any text and key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 1 }), (text, password) => {
        const cipher = new SymmetricCipher(password);
        const hex = cipher.encrypt(text, mode);
        expect(hex).toMatch(/^[\da-f]+$/);
        expect(cipher.decrypt(hex)).toBe(text);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses what was made with another key', () => {
    const hex = new SymmetricCipher('one').encrypt('some password', mode);
    expect(() => new SymmetricCipher('two').decrypt(hex)).toThrow(CipherError);
    expect(() => new SymmetricCipher('one', '00').decrypt(hex)).toThrow('a ciphertext made with another key');
  });
});

it.each([
  // OpenSSL's `enc -aes-256-cbc`, with the key from Python's hashlib.
  ['cbc', '00112233445566778899aabbccddeeffd5c56d1381f055cbe9a16a0a8af4279a'],
  // AESGCM of Python's cryptography package.
  ['gcm', '00112233445566778899aabbccddeeffa68ded4720f714878772802b97041a1908c78906aa066c2cd9a3e4'],
])('reads what other programs wrote: %s', (_mode, hex) => {
  expect(new SymmetricCipher('my key', 'deadbeef').decrypt(hex)).toBe('changeit ü');
  expect(new SymmetricCipher('my key').decrypt(hex.toUpperCase())).toBe('changeit ü');
});

it('never writes the same twice', () => {
  const cipher = new SymmetricCipher('key');
  expect(cipher.encrypt('text')).not.toBe(cipher.encrypt('text'));
});

it.each(['gcm', 'cbc'] as const)('decrypts what callers sent, without an error for what is wrong: %s', (mode) => {
  const cipher = new SymmetricCipher('key');
  for (const text of ['', 'a', 'exactly16bytes!!', 'ü'.repeat(40)])
    expect(cipher.decryptUntrusted(cipher.encrypt(text, mode), mode)).toEqual({ text, sound: true });
  const hex = cipher.encrypt('a text of some length', mode);
  const other = mode === 'gcm' ? 'cbc' : 'gcm';
  for (const wrong of [
    '',
    'x',
    'ab',
    'ab'.repeat(24),
    `${hex}00`,
    hex.slice(2),
    hex.slice(0, -2),
    cipher.encrypt('a', other),
  ])
    expect(cipher.decryptUntrusted(wrong, mode).sound).toBe(false);
  expect(new SymmetricCipher('another').decryptUntrusted(hex, mode).sound).toBe(false);
});

it('notices a changed ciphertext', () => {
  const cipher = new SymmetricCipher('key');
  const hex = cipher.encrypt('text');
  const changed = hex.slice(0, -1) + (hex.endsWith('0') ? '1' : '0');
  expect(() => cipher.decrypt(changed)).toThrow(CipherError);
});

it.each([
  ['', 'not hexadecimal'],
  ['xyz', 'not hexadecimal'],
  ['abc', 'not hexadecimal'],
  ['00'.repeat(31), 'too short'],
])('refuses %j as %s', (hex, reason) => {
  expect(() => new SymmetricCipher('key').decrypt(hex)).toThrow(reason);
});

it('refuses a salt that is not hexadecimal', () => {
  expect(() => new SymmetricCipher('key', 'salt')).toThrow(CipherError);
});
