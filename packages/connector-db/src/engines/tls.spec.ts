import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tlsOptions } from './tls.js';

const PEM = '-----BEGIN CERTIFICATE-----\n';

describe('tlsOptions', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tls-'));
    await writeFile(`${folder}/ca.pem`, PEM);
    await writeFile(`${folder}/store.jks`, Buffer.from([0xfe, 0xed, 0xfe, 0xed]));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('checks certificates where the mode says so, and names where it says that', async () => {
    expect(await tlsOptions({ mode: 'disable' })).toBeUndefined();
    expect(await tlsOptions({ mode: 'require' })).toEqual({ rejectUnauthorized: false });
    expect(await tlsOptions({ mode: 'verify-full' })).toEqual({ rejectUnauthorized: true });
    expect(await tlsOptions({ mode: 'require', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })).toMatchObject({
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.2',
    });
    const chainOnly = await tlsOptions({ mode: 'verify-ca' });
    expect(chainOnly).toMatchObject({ rejectUnauthorized: true });
    expect(chainOnly?.checkServerIdentity?.('elsewhere', {} as never)).toBeUndefined();
  });

  it('reads the files of the URL', async () => {
    const options = await tlsOptions({
      mode: 'verify-full',
      caFile: `${folder}/ca.pem`,
      keyPassword: 'p',
      serverName: 'db',
    });
    expect(String(options?.ca)).toBe(PEM);
    expect(options).toMatchObject({ passphrase: 'p', servername: 'db' });
  });

  it('names a file that is not there, and the conversion of one that Node cannot read', async () => {
    await expect(tlsOptions({ mode: 'require', caFile: `${folder}/none.pem` })).rejects.toThrow(
      'none.pem cannot be read',
    );
    await expect(tlsOptions({ mode: 'require', trustStoreFile: `${folder}/store.jks` })).rejects.toMatchObject({
      remedy: expect.stringContaining('openssl pkcs12'),
    });
    await expect(tlsOptions({ mode: 'require', certFile: `${folder}/store.jks` })).rejects.toMatchObject({
      remedy: expect.stringContaining('openssl'),
    });
  });
});
