import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  identity,
  type Identity,
  JAVA_KEY_STORE,
  JAVA_LEGACY_KEY_STORE,
  JAVA_TRUSTSTORE,
  pkcs12,
} from '@pacs-connectors/test-services';
import { codes } from './error-codes.js';
import { readStore } from './read-store.js';
import { StoreError } from './store.js';

let folder: string;
let rsa: Identity;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pacs-connectors-stores-'));
  rsa = identity('rsa.example');
});
afterAll(() => rmSync(folder, { recursive: true }));

function store(name: string, content: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function subjectsOf(certificates: readonly string[]): string[] {
  return certificates.map((pem) => new X509Certificate(pem).subject);
}

function failure(read: () => unknown): StoreError {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(StoreError);
    return error as StoreError;
  }
  throw new Error('no failure');
}

describe('a store', () => {
  it.each([
    ['as keytool writes it', JAVA_KEY_STORE],
    ['with the old ciphers that OpenSSL 3 refuses', JAVA_LEGACY_KEY_STORE],
  ])('PKCS12 with an EC key, %s', (_, content) => {
    const { key, certificates } = readStore({
      url: store('key.p12', content),
      type: 'PKCS12',
      storePassword: 'changeit',
    });
    expect(createPrivateKey(key as string).asymmetricKeyType).toBe('ec');
    expect(new X509Certificate(certificates[0] as string).checkPrivateKey(createPrivateKey(key as string))).toBe(true);
  });

  it("PKCS12 with certificates only: Java's truststore", () => {
    const { key, certificates } = readStore({ url: store('trust.p12', JAVA_TRUSTSTORE), storePassword: 'changeit' });
    expect(key).toBeUndefined();
    expect(subjectsOf(certificates)).toEqual(['CN=archive.example']);
  });

  it('PKCS12 with an RSA key and its chain, the own certificate first; by file: URL', () => {
    const issuer = identity('issuer.example', undefined, { ca: true });
    const own = identity('own.example', issuer);
    const url = pathToFileURL(store('a key.p12', pkcs12(own, 'secret', issuer))).href;
    const { key, certificates } = readStore({ url, type: 'pkcs12', storePassword: 'secret' });
    expect(subjectsOf(certificates)).toEqual(['CN=own.example', 'CN=issuer.example']);
    expect(new X509Certificate(certificates[0] as string).checkPrivateKey(createPrivateKey(key as string))).toBe(true);
  });

  it('PEM with a key and certificates, in any order', () => {
    const url = store('both.pem', `${rsa.certificatePem}\n${rsa.keyPem}\n`);
    const { key, certificates } = readStore({ url, type: 'PEM' });
    expect(certificates).toHaveLength(1);
    expect(createPrivateKey(key as string).asymmetricKeyType).toBe('rsa');
  });

  it.each(['pkcs8', 'sec1'] as const)('PEM with an encrypted EC key: %s', (type) => {
    const { key, certificates } = readStore({ url: store('key.p12', JAVA_KEY_STORE), storePassword: 'changeit' });
    const encrypted = createPrivateKey(key as string)
      .export({ type, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'opens' })
      .toString();
    const url = store('encrypted.pem', `${encrypted}\n${certificates.join('\n')}`);
    expect(createPrivateKey(readStore({ url, keyPassword: 'opens' }).key as string).asymmetricKeyType).toBe('ec');
    expect(failure(() => readStore({ url, keyPassword: 'shuts' })).message).toMatch(/cannot be decrypted/);
  });

  it("PEM with a chain before the key's own certificate", () => {
    const issuer = identity('issuer.example', undefined, { ca: true });
    const own = identity('own.example', issuer);
    const url = store('chain.pem', [issuer.certificatePem, own.keyPem, own.certificatePem].join('\n'));
    expect(subjectsOf(readStore({ url }).certificates)).toEqual(['CN=own.example', 'CN=issuer.example']);
  });

  it('with a key of another certificate is an error', () => {
    const url = store('mixed.pem', `${identity('other.example').certificatePem}\n${rsa.keyPem}`);
    expect(failure(() => readStore({ url })).message).toMatch(/private key in .* belongs to none of its certificates/);
  });

  it('with a certificate that is cut off is an error', () => {
    const lines = rsa.certificatePem.trim().split(/\r?\n/);
    const url = store('cut.pem', [...lines.slice(0, 5), lines.at(-1)].join('\n'));
    expect(failure(() => readStore({ url })).message).toMatch(/certificate in .* is damaged/);
  });

  it('with a key that is cut off is an error', () => {
    const [begin, line] = rsa.keyPem.split(/\r?\n/);
    const key = `${begin}\n${line}\n-----END RSA PRIVATE KEY-----`;
    const { message } = failure(() => readStore({ url: store('cut-key.pem', `${rsa.certificatePem}\n${key}`) }));
    expect(message).toMatch(/the private key in .* is damaged/);
  });

  it('that is one certificate in DER says how to convert it', () => {
    const url = store('ca.cer', new X509Certificate(rsa.certificatePem).raw);
    expect(failure(() => readStore({ url })).remedy).toMatch(/openssl x509 -inform der/);
  });

  it('PEM: a bundle of authorities', () => {
    const bundle = ['a', 'b', 'c'].map((name) => identity(name).certificatePem).join('\n');
    expect(subjectsOf(readStore({ url: store('bundle.pem', bundle) }).certificates)).toEqual(['CN=a', 'CN=b', 'CN=c']);
  });

  it.each([
    [
      'another type by its name',
      Buffer.from('x'),
      'PKCS11',
      /type PKCS11; supported types are PKCS12.*keytool/,
      'tls.store.type-unsupported',
    ],
    ['a wrong password', JAVA_KEY_STORE, undefined, /password.*wrong or missing/, 'tls.store.password-wrong'],
    ['neither', Buffer.from('hello'), undefined, /damaged, or not a store/, 'tls.store.damaged'],
    [
      'a PEM with nothing',
      Buffer.from('-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----'),
      undefined,
      /contains no certificate/,
      'tls.store.empty',
    ],
  ] as const)('that cannot be used is an error: %s', (_, content, type, text, code) => {
    const {
      code: own,
      message,
      remedy,
    } = failure(() => readStore({ url: store('bad', content), type, storePassword: 'wrong' }));
    expect(own).toBe(codes[code]);
    expect(`${message}. ${remedy}`).toMatch(text);
    expect(`${message}. ${remedy}`).not.toContain('wrong.');
  });

  it('that is missing is an error', () => {
    expect(failure(() => readStore({ url: join(folder, 'none.p12') })).message).toMatch(/cannot be opened \(ENOENT\)/);
  });
});
