import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JAVA_TRUSTSTORE } from '@pacs-connectors/test-services';
import { StoreError } from '@pacs-connectors/tls-stores';
import { codes } from '../errors/error-codes.js';
import { peerTls } from './peer-tls.js';

let folder: string;
/** A truststore: a certificate without a key. */
let trust: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pacs-connectors-tls-'));
  trust = join(folder, 'trust.p12');
  writeFileSync(trust, JAVA_TRUSTSTORE);
});
afterAll(() => rmSync(folder, { recursive: true }));

function failure(read: () => unknown): StoreError {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(StoreError);
    return error as StoreError;
  }
  throw new Error('no failure');
}

describe('tls.mode', () => {
  it.each(['AES', 'aes', 'tls', 'true', 'TRUE', 'yes', ' on'])('%s is TLS 1.2 or newer', (mode) => {
    expect(peerTls({ mode })).toMatchObject({ minVersion: 'TLSv1.2', checkHostName: true });
  });

  it.each(['false', 'FALSE', 'no', 'off '])('%s is plain DICOM, whatever is configured for TLS', (mode) => {
    const keyStore = { url: '/nowhere.p12' };
    expect(peerTls({ mode, needClientAuthentication: true, keyStore, truststore: keyStore })).toBeUndefined();
  });

  it.each(['anonymous', '3DES', 'null', 'NULL', 'rot13'])('%s is rejected', (mode) => {
    const { code, message, remedy } = failure(() => peerTls({ mode }));
    expect(code).toBe(codes['dicom.tls.mode-rejected']);
    expect(message).toContain(`tls.mode ${mode}`);
    expect(remedy).toContain('AES');
  });

  it('not set: no TLS, and no stores either', () => {
    expect(peerTls({})).toBeUndefined();
    expect(failure(() => peerTls({ keyStore: { url: 'x' } })).message).toMatch(/without tls\.mode/);
    const { code, message, remedy } = failure(() => peerTls({ needClientAuthentication: true }));
    expect(code).toBe(codes['dicom.tls.mode-missing']);
    expect([message, remedy]).toEqual([
      'need-client-authentication is set without tls.mode',
      expect.stringContaining('AES'),
    ]);
  });

  it('checks the host name by default only without a truststore', () => {
    const truststore = { url: trust, storePassword: 'changeit' };
    expect(peerTls({ mode: 'AES', truststore })?.checkHostName).toBe(false);
    expect(peerTls({ mode: 'AES', truststore, hostNameCheck: true })?.checkHostName).toBe(true);
    expect(peerTls({ mode: 'AES', hostNameCheck: false })?.checkHostName).toBe(false);
  });

  it('need-client-authentication needs a key store with a key', () => {
    const missing = failure(() => peerTls({ mode: 'AES', needClientAuthentication: true }));
    expect([missing.code, missing.remedy]).toEqual([codes['dicom.tls.key-store-missing'], 'Set key-store.']);
    const keyStore = { url: trust, storePassword: 'changeit' };
    const incomplete = failure(() => peerTls({ mode: 'AES', keyStore }));
    expect(incomplete.code).toBe(codes['dicom.tls.key-store-incomplete']);
    expect(incomplete.message).toMatch(/does not contain both a private key/);
  });
});
