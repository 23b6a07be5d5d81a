import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codes } from './error-codes.js';
import { readStore } from './read-store.js';
import { StoreError, type StoreSettings } from './store.js';
import { JCEKS_RSA, JCEKS_SECRET, JCEKS_TRUST, JKS_EC, JKS_TRUST, JKS_TWO_PASSWORDS } from './testing/java-stores.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pacs-connectors-java-stores-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(content: Buffer, settings: Omit<StoreSettings, 'url'> = {}) {
  const url = join(folder, 'store');
  writeFileSync(url, content);
  return readStore({ url, ...settings });
}

function failure(content: Buffer, settings: Omit<StoreSettings, 'url'> = {}): StoreError {
  try {
    read(content, settings);
  } catch (error) {
    expect(error).toBeInstanceOf(StoreError);
    return error as StoreError;
  }
  throw new Error('no failure');
}

const PASSWORDS = { storePassword: 'store-secret', keyPassword: 'key-secret' };

describe("a store of Java's keytool", () => {
  it.each([
    ['JKS with an EC key', JKS_EC, { storePassword: 'changeit' }, 'ec'],
    ['JKS with a password of the key', JKS_TWO_PASSWORDS, PASSWORDS, 'rsa'],
    ['JCEKS with a password of the key', JCEKS_RSA, PASSWORDS, 'rsa'],
    ['JKS that the configuration calls PKCS12', JKS_EC, { type: 'PKCS12', storePassword: 'changeit' }, 'ec'],
  ])('gives its key and certificate: %s', (_, content, settings, type) => {
    const { key = '', certificates } = read(content, settings);
    const privateKey = createPrivateKey(key);
    expect(privateKey.asymmetricKeyType).toBe(type);
    expect(new X509Certificate(certificates[0] as string).checkPrivateKey(privateKey)).toBe(true);
  });

  it.each([
    ['JKS', JKS_TRUST, { storePassword: 'changeit' }],
    ['JCEKS', JCEKS_TRUST, { type: 'JCEKS', storePassword: 'changeit' }],
    ['JKS without a password, as Java reads it', JKS_TRUST, {}],
  ])('gives the certificates of a truststore: %s', (_, content, settings) => {
    const { key, certificates } = read(content, settings);
    expect(key).toBeUndefined();
    expect(certificates.map((pem) => new X509Certificate(pem).subject)).toEqual(['CN=own.example']);
  });
});

describe('a store that cannot be used is an error with a remedy', () => {
  const wrong = { storePassword: 'wrong' };
  it.each([
    ['JKS with a wrong password', JKS_EC, wrong, 'tls.store.password-wrong', /password of the store/],
    ['JCEKS with a wrong password', JCEKS_RSA, wrong, 'tls.store.password-wrong', /password of the store/],
    [
      'JKS with the password of the store only',
      JKS_TWO_PASSWORDS,
      { storePassword: 'store-secret' },
      'tls.key.password-wrong',
      /key-store-password/,
    ],
    [
      'JCEKS with the password of the store only',
      JCEKS_RSA,
      { storePassword: 'store-secret' },
      'tls.key.password-wrong',
      /key-store-password/,
    ],
    ['a key without any password', JKS_EC, {}, 'tls.key.password-wrong', /password/],
    ['a secret key', JCEKS_SECRET, { storePassword: 'changeit' }, 'tls.store.damaged', /keytool.*-srcstoretype JCEKS/],
  ] as const)('%s', (_, content, settings, code, remedy) => {
    const error = failure(content, settings);
    expect(error.code).toBe(codes[code]);
    expect(error.remedy).toMatch(remedy);
    expect(error.message).not.toContain('secret');
  });

  it.each([
    ['JKS', JKS_TWO_PASSWORDS],
    ['JCEKS', JCEKS_RSA],
    ['a truststore', JKS_TRUST],
  ])('%s, cut off at any place', (_, content) => {
    for (let length = 4; length < content.length; length += 7) {
      const cut = content.subarray(0, length);
      expect(failure(cut, PASSWORDS).code).toBe(codes['tls.store.password-wrong']);
    }
  });

  it('a truststore without a password, cut off within its content', () => {
    const withoutDigest = JKS_TRUST.length - 20;
    for (let length = 4; length < withoutDigest; length += 1) {
      const { code } = failure(JKS_TRUST.subarray(0, length));
      expect([codes['tls.store.damaged'], codes['tls.store.empty']]).toContain(code);
    }
  });

  it.each([0x00, 0x7f, 0xff])('garbage after the first bytes: 0x%s', (byte) => {
    const garbage = Buffer.concat([JKS_EC.subarray(0, 8), Buffer.alloc(4_000, byte)]);
    expect([codes['tls.store.damaged'], codes['tls.store.empty']]).toContain(failure(garbage).code);
    expect(failure(garbage, { storePassword: 'changeit' }).code).toBe(codes['tls.store.password-wrong']);
  });

  it('any single damaged byte of a key', () => {
    for (let place = 60; place < JKS_TWO_PASSWORDS.length - 20; place += 97) {
      const damaged = Buffer.from(JKS_TWO_PASSWORDS);
      damaged[place] = (damaged[place] as number) ^ 0xff;
      expect(failure(damaged, PASSWORDS).code).toBe(codes['tls.store.password-wrong']);
    }
  });
});
