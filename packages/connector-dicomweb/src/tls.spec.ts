import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { emptyCriteria } from '@pacs-connectors/connector-core';
import { sampleArchive } from '@pacs-connectors/connector-testkit';
import { JAVA_TRUSTSTORE } from '@pacs-connectors/test-services';
import { type DicomWebConnector } from './dicomweb-connector.js';
import { BasicAccess, ServiceAccess } from './dicomweb-settings.js';
import { KeyStoreSettings, StoreSettings } from './tls/store-settings.js';
import { makeCertificate, pkcs12Of } from './testing/certificates.js';
import { connectorTo } from './testing/connector-to.js';
import { type FakeQido, type FakeQidoBehaviour, startFakeQido } from './testing/fake-qido.js';

const authority = makeCertificate({ name: 'authority', ca: true });
const server = makeCertificate({ name: 'server', issuer: authority });
const client = makeCertificate({ name: 'client', issuer: authority });
const signal = () => AbortSignal.timeout(20_000);

let folder: string;
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pacs-connectors-tls-'));
  await writeFile(file('ca.pem'), authority.cert);
  await writeFile(file('client.pem'), client.cert + client.key);
  await writeFile(file('client.p12'), pkcs12Of(client, 'opens'));
  await writeFile(file('authority.p12'), pkcs12Of(authority, 'opens'));
  await writeFile(file('java.p12'), JAVA_TRUSTSTORE);
  await writeFile(file('java.jks'), Buffer.from('feedfeed00000002', 'hex'));
  await writeFile(file('text.pem'), 'nothing');
});
afterAll(() => rm(folder, { recursive: true }));

const opened: { close?(): Promise<void>; stop?(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0)) await (thing.close ?? thing.stop)?.call(thing);
});

async function serve(tls: Parameters<typeof startFakeQido>[2], behaviour: FakeQidoBehaviour = {}): Promise<FakeQido> {
  const fake = await startFakeQido(sampleArchive, behaviour, tls);
  opened.push(fake);
  return fake;
}

function connect(
  url: string,
  stores: { truststore?: Partial<StoreSettings>; keyStore?: Partial<KeyStoreSettings> } = {},
): DicomWebConnector {
  const { truststore, keyStore } = stores;
  const qidoRs = Object.assign(new ServiceAccess(), {
    basic: Object.assign(new BasicAccess(), { url }),
    truststore: truststore && Object.assign(new StoreSettings(), truststore),
    keyStore: keyStore && Object.assign(new KeyStoreSettings(), keyStore),
  });
  const connector = connectorTo(url, { qidoRs });
  opened.push(connector);
  return connector;
}

async function errorOf(connector: DicomWebConnector): Promise<unknown> {
  return connector.check(signal()).catch((error: unknown) => error);
}

describe('TLS', () => {
  it('trusts a private authority, of a PEM or a PKCS12 store', async () => {
    const fake = await serve(server);
    for (const truststore of [{ url: file('ca.pem') }, { url: file('authority.p12'), password: 'opens' }]) {
      const status = await connect(fake.url, { truststore }).check(signal());
      expect(status.latencyMs).toBeGreaterThan(0);
    }
  });

  it("reads Java's own truststore, and trusts nobody else then", async () => {
    const fake = await serve(server);
    const truststore = { url: file('java.p12'), password: 'changeit' };
    expect(await errorOf(connect(fake.url, { truststore }))).toMatchObject({ code: 'tls.certificate.untrusted' });
  });

  it('names what is wrong with a certificate', async () => {
    const trusting = { truststore: { url: file('ca.pem') } };
    const unknown = await serve(server);
    expect(await errorOf(connect(unknown.url))).toMatchObject({
      kind: 'unavailable',
      code: 'tls.certificate.untrusted',
      message: expect.stringMatching(/UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT/),
      remedy: expect.stringContaining('truststore'),
    });
    const old = await serve(makeCertificate({ issuer: authority, days: -1 }));
    expect(await errorOf(connect(old.url, trusting))).toMatchObject({
      code: 'tls.certificate.expired',
      message: expect.stringContaining('has expired'),
    });
    const foreign = await serve(makeCertificate({ issuer: authority, host: 'pacs.example.org' }));
    expect(await errorOf(connect(foreign.url, trusting))).toMatchObject({
      code: 'tls.certificate.other-host',
      message: expect.stringContaining('another host name'),
    });
    const selfSigned = await serve(makeCertificate({ name: 'self' }));
    expect(await errorOf(connect(selfSigned.url, trusting))).toMatchObject({
      code: 'tls.certificate.untrusted',
      message: expect.stringContaining('self-signed'),
    });
  });

  it('says that a port does not speak TLS', async () => {
    const plain = await serve(undefined);
    expect(await errorOf(connect(plain.url.replace('http:', 'https:')))).toMatchObject({
      kind: 'misconfigured',
      code: 'tls.peer.without-tls',
    });
  });

  it('shows a client certificate, of a PEM or a PKCS12 store', async () => {
    const fake = await serve({ ...server, ca: authority.cert, requestCert: true, rejectUnauthorized: true });
    const truststore = { url: file('ca.pem') };
    for (const keyStore of [{ url: file('client.pem') }, { url: file('client.p12'), password: 'opens' }]) {
      await connect(fake.url, { truststore, keyStore }).check(signal());
    }
  });

  it.each([
    [{ minVersion: 'TLSv1.3', http2: false }, 'client-certificate-needed'],
    [{ minVersion: 'TLSv1.3', http2: true }, 'client-certificate-needed'],
    [{ maxVersion: 'TLSv1.2', http2: false }, 'rejected'],
  ] as const)('says that a client certificate is wanted where none is configured: %j', async (version, fault) => {
    const fake = await serve({
      ...server,
      ca: authority.cert,
      requestCert: true,
      rejectUnauthorized: true,
      ...version,
    });
    expect(await errorOf(connect(fake.url, { truststore: { url: file('ca.pem') } }))).toMatchObject({
      kind: 'refused',
      code: `tls.handshake.${fault}`,
      message: expect.stringMatching(/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/),
      remedy: expect.stringContaining('key-store'),
    });
  });

  it('says at once what is wrong with a store, without its password', () => {
    const made = (stores: Parameters<typeof connect>[1]) => () => connect('https://127.0.0.1/', stores);
    const misconfigured = (word: string, code = 'dicomweb.store.unreadable') =>
      expect.objectContaining({ kind: 'misconfigured', code, message: expect.stringContaining(word) });
    expect(made({ keyStore: { url: file('client.p12'), password: 'wrong' } })).toThrow(misconfigured('password'));
    expect(made({ keyStore: { url: file('missing.pem') } })).toThrow(misconfigured('ENOENT'));
    expect(made({ keyStore: { url: file('java.jks') } })).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining('keytool -importkeystore') }),
    );
    expect(made({ keyStore: { url: file('ca.pem') } })).toThrow(
      misconfigured('both a private key', 'dicomweb.store.incomplete'),
    );
    expect(made({ keyStore: { url: file('text.pem') } })).toThrow(misconfigured('text.pem'));
  });

  it('does not follow a redirect out of TLS', async () => {
    const plain = await serve(undefined);
    const fake = await serve(server, {
      before: (_, response) => {
        response.writeHead(302, { location: `${plain.url}/studies` }).end();
        return true;
      },
    });
    expect(await errorOf(connect(fake.url, { truststore: { url: file('ca.pem') } }))).toMatchObject({
      kind: 'refused',
      code: 'dicomweb.redirect.without-tls',
      message: expect.stringContaining('without TLS'),
    });
    expect(plain.requests).toEqual([]);
  });

  it('speaks HTTP/2 where the server does', async () => {
    const fake = await serve({ ...server, http2: true });
    const connector = connect(fake.url, { truststore: { url: file('ca.pem') } });
    const criteria = { ...emptyCriteria(), patientIds: [{ id: 'DEMO-1' }, { id: 'DEMO-5' }] };
    const { patients } = await connector.search(criteria, { signal: signal(), depth: 'instance' });
    expect(patients).toHaveLength(2);
    expect(new Set(fake.versions)).toEqual(new Set(['2.0']));
  });
});
