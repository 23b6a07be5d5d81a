import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emptyCriteria } from '@pacs-connectors/connector-core';
import { sampleArchive } from '@pacs-connectors/connector-testkit';
import {
  identity,
  type Identity,
  pkcs12,
  type RunningOrthanc,
  startOrthanc,
  writeDicomFiles,
} from '@pacs-connectors/test-services';
import { type DicomSettings } from './dicom-settings.js';
import { connectorTo } from './testing/settings.js';

let folder: string;
let authority: Identity;
let client: Identity;
let plain: RunningOrthanc;
let secure: RunningOrthanc;
let mutual: RunningOrthanc;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pacs-connectors-tls-'));
  authority = identity('Site CA', undefined, { ca: true });
  const server = identity('archive.example', authority);
  client = identity('connector.example', authority);
  await writeFile(file('ca.pem'), authority.certificatePem);
  await writeFile(file('server.key'), server.keyPem);
  await writeFile(file('server.pem'), server.certificatePem);
  await writeFile(file('client.p12'), pkcs12(client, 'client secret', authority));
  await writeFile(file('client.pem'), client.keyPem + client.certificatePem);
  await writeFile(file('other.pem'), identity('Other CA', undefined, { ca: true }).certificatePem);
  const files = await writeDicomFiles(file('files'), sampleArchive.slice(0, 1));
  const tls = {
    DicomTlsEnabled: true,
    DicomTlsPrivateKey: file('server.key'),
    DicomTlsCertificate: file('server.pem'),
    DicomTlsTrustedCertificates: file('ca.pem'),
  };
  [plain, secure, mutual] = await Promise.all([
    startOrthanc(),
    startOrthanc({ config: { ...tls, DicomTlsRemoteCertificateRequired: false } }),
    startOrthanc({ config: { ...tls, DicomTlsRemoteCertificateRequired: true } }),
  ]);
  await Promise.all([plain, secure, mutual].map((peer) => peer.upload(files)));
});

afterAll(async () => {
  await Promise.all([plain, secure, mutual].map((peer) => peer?.stop()));
  await rm(folder, { recursive: true });
});

const trusting = (name: string): Partial<DicomSettings> => ({
  tls: { mode: 'AES' },
  truststore: { url: file(name) },
});

async function studiesBy(peer: RunningOrthanc, settings: Partial<DicomSettings>): Promise<number> {
  const connector = connectorTo(peer, settings);
  try {
    const criteria = { ...emptyCriteria(), patientIds: [{ id: 'DEMO-1' }] };
    const { patients } = await connector.search(criteria, { signal: AbortSignal.timeout(20_000), depth: 'study' });
    return patients.flatMap(({ studies }) => studies).length;
  } finally {
    await connector.close();
  }
}

describe('Orthanc with TLS', () => {
  it('answers where its issuer is in the truststore', async () => {
    expect(await studiesBy(secure, trusting('ca.pem'))).toBe(3);
  });

  it('is refused where its issuer is not', async () => {
    await expect(studiesBy(secure, trusting('other.pem'))).rejects.toMatchObject({
      kind: 'refused',
      code: 'tls.certificate.untrusted',
      message: expect.stringMatching(
        /no TLS connection to 127\.0\.0\.1:\d+: the authority|no TLS connection to 127\.0\.0\.1:\d+: its certificate/,
      ),
      remedy: expect.stringMatching(/truststore/),
    });
  });

  it('is refused where its certificate is for another host, if that is to be checked', async () => {
    const settings = { ...trusting('ca.pem'), tls: { mode: 'AES', hostNameCheck: true } };
    await expect(studiesBy(secure, settings)).rejects.toMatchObject({
      kind: 'refused',
      code: 'tls.certificate.other-host',
      message: expect.stringMatching(/another host name/),
      remedy: expect.stringMatching(/host-name-check/),
    });
  });

  it('is refused where there is no truststore: no public authority issued it', async () => {
    await expect(studiesBy(secure, { tls: { mode: 'tls' } })).rejects.toMatchObject({ kind: 'refused' });
  });

  it('that wants a client certificate gets it from PKCS12 and from PEM', async () => {
    const p12 = { url: file('client.p12'), type: 'PKCS12', password: 'client secret' };
    expect(await studiesBy(mutual, { ...trusting('ca.pem'), keyStore: p12 })).toBe(3);
    expect(await studiesBy(mutual, { ...trusting('ca.pem'), keyStore: { url: file('client.pem'), type: 'PEM' } })).toBe(
      3,
    );
  });

  it('that wants a client certificate and gets none says no, and the message says why', async () => {
    await expect(studiesBy(mutual, trusting('ca.pem'))).rejects.toMatchObject({
      name: 'ConnectorError',
      remedy: expect.stringMatching(/client certificate/),
    });
  });

  it('queried without TLS, and a peer without TLS queried with it, have other errors than a silent peer', async () => {
    await expect(studiesBy(secure, {})).rejects.toMatchObject({ remedy: expect.stringMatching(/TLS|tls\.mode/) });
    await expect(studiesBy(plain, trusting('ca.pem'))).rejects.toMatchObject({
      remedy: expect.stringMatching(/TLS|tls\.mode/),
    });
  });
});

it('an insecure mode is refused when the connector is made', () => {
  expect(() => connectorTo({ dicomPort: 104, aet: 'X' }, { tls: { mode: 'anonymous' } })).toThrow(
    expect.objectContaining({
      kind: 'misconfigured',
      code: 'dicom.tls.mode-rejected',
      message: expect.stringMatching(/anonymous is rejected/),
    }),
  );
});
