import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { checkConfiguration, readConfiguration } from '@pacs-connectors/config-core';
import { type ConnectorDefinition } from '@pacs-connectors/connector-core';
import { sampleArchive } from '@pacs-connectors/connector-testkit';
import { DicomWebPlugin } from './dicomweb-plugin.js';
import { BasicAccess, type DicomWebSettings, ServiceAccess } from './dicomweb-settings.js';
import { makeCertificate } from './testing/certificates.js';
import { closeAll, connect, count, EXPECTED, failure, serve } from './testing/failing-server.js';
import { startFakeQido } from './testing/fake-qido.js';
import { StoreSettings } from './tls/store-settings.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await closeAll();
});

async function configured(lines: string) {
  const text = `connector:\n  config:\n    web:\n      type: DICOM_WEB\n      dicom-web-connector:\n${lines}`;
  const document = await readConfiguration([{ name: 'site.yml', text }], {});
  return checkConfiguration(document, [new DicomWebPlugin()]);
}

/** A forward proxy that resolves every name to 127.0.0.1, or refuses with a status. */
async function startProxy(status = 200) {
  const hosts: string[] = [];
  const server = createServer();
  server.on('connect', (request, socket) => {
    hosts.push(request.url ?? '');
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const port = Number(request.url?.split(':')[1]);
    const target = connectTcp(port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    target.pipe(socket).pipe(target);
    target.on('error', () => socket.destroy());
    socket.on('error', () => target.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    return closed;
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, hosts };
}

describe('headers of queries', () => {
  it('are sent with each query, and not to another server', async () => {
    const seen: unknown[] = [];
    const other = await serve({ before: (request) => (seen.push(request.headers['x-tenant']), false) });
    const server = await serve({
      before: (request, response) => {
        if (request.headers['x-tenant'] === 'ward 7') {
          response.writeHead(307, { location: new URL(request.url ?? '', other.url).href }).end();
        } else response.writeHead(401).end();
        return true;
      },
    });
    const { connectors, problems } = await configured(
      `        qido-rs: { url: '${server.url}', http-headers: { X-Tenant: ward 7 } }`,
    );
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const connector = new DicomWebPlugin().create(connectors[0] as ConnectorDefinition<DicomWebSettings>);
    ends.push(() => connector.close());
    await connector.check(AbortSignal.timeout(20_000));
    expect(seen).toEqual([undefined]);
  });

  it.each(['Host: a', 'X-Key: "a\\nb"', '"X Key": a'])('are checked: %s', async (header) => {
    const { leftOut, problems } = await configured(
      `        qido-rs: { url: 'http://a/b', http-headers: { ${header} } }`,
    );
    expect(leftOut).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toContain('nb');
  });
});

describe('a forward proxy', () => {
  it('is used for a host that has no address here', async () => {
    const server = await serve({});
    const proxy = await startProxy();
    const far = server.url.replace('127.0.0.1', 'pacs.invalid');
    expect(await count(connect(far, { proxy: proxy.url }))).toBe(EXPECTED);
    expect(new Set(proxy.hosts)).toEqual(new Set([`pacs.invalid:${new URL(server.url).port}`]));
  });

  describe('of the environment', () => {
    const NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];
    const before = Object.fromEntries(NAMES.map((name) => [name, process.env[name]]));
    const environment = (values: Record<string, string | undefined>) => {
      for (const name of NAMES) delete process.env[name];
      for (const [name, value] of Object.entries(values)) if (value !== undefined) process.env[name] = value;
    };
    afterEach(() => environment(before));

    it.each(['HTTP_PROXY', 'http_proxy'])('is used: %s', async (name) => {
      const server = await serve({});
      const proxy = await startProxy();
      environment({ [name]: proxy.url });
      expect(await count(connect(server.url.replace('127.0.0.1', 'images.invalid')))).toBe(EXPECTED);
      expect(proxy.hosts.length).toBeGreaterThan(0);
    });

    it('is used for https, with the truststore of the connector', async () => {
      const identity = makeCertificate({ host: 'images.invalid' });
      const server = await startFakeQido(sampleArchive, {}, identity);
      ends.push(server.stop);
      const proxy = await startProxy();
      environment({ HTTPS_PROXY: proxy.url, HTTP_PROXY: 'http://127.0.0.1:1' });
      const folder = await mkdtemp(join(tmpdir(), 'pacs-connectors-proxy-'));
      ends.push(() => rm(folder, { recursive: true }));
      await writeFile(join(folder, 'ca.pem'), identity.cert);
      const url = server.url.replace('127.0.0.1', 'images.invalid');
      const truststore = Object.assign(new StoreSettings(), { url: join(folder, 'ca.pem') });
      const qidoRs = Object.assign(new ServiceAccess(), { url, truststore });
      expect(await count(connect(url, { qidoRs }))).toBe(EXPECTED);
      expect(new Set(proxy.hosts)).toEqual(new Set([`images.invalid:${new URL(url).port}`]));
    });

    it.each([
      [{ NO_PROXY: 'example.org,127.0.0.1' }, undefined],
      [{}, 'none'],
      [{}, 'NONE'],
    ])('is not used with %j and the key %s', async (more, proxy) => {
      const server = await serve({});
      environment({ HTTP_PROXY: 'http://127.0.0.1:1', ...more });
      expect(await count(connect(server.url, { proxy }))).toBe(EXPECTED);
    });

    it('gives way to that of the key, NO_PROXY too', async () => {
      const server = await serve({});
      const proxy = await startProxy();
      environment({ HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '*' });
      expect(await count(connect(server.url, { proxy: `${proxy.url}/` }))).toBe(EXPECTED);
      expect(proxy.hosts.length).toBeGreaterThan(0);
    });
  });

  it('that refuses is named', async () => {
    const proxy = await startProxy(403);
    expect(await failure(connect('http://pacs.invalid/rs', { proxy: proxy.url }))).toMatchObject({
      code: 'dicomweb.proxy.refused',
      message: expect.stringContaining('HTTP 403'),
    });
  });
});

it.each([
  ['?key=1%2B2&site=B', { key: '1+2', site: 'B' }],
  ['?empty', { empty: '' }],
])('keeps the query %s of the base address, with headers and a login', async (query, expected) => {
  const seen: unknown[] = [];
  const server = await serve({
    before: (request) => {
      const url = new URL(request.url ?? '', 'http://a');
      const own = Object.keys(expected).map((name) => [name, url.searchParams.get(name)]);
      seen.push([Object.fromEntries(own), request.headers['x-api-key'], request.headers.authorization !== undefined]);
      for (const name of Object.keys(expected)) url.searchParams.delete(name);
      request.url = url.pathname + url.search;
      return false;
    },
  });
  const basic = Object.assign(new BasicAccess(), { url: server.url + query, login: 'u', password: 'p' });
  const qidoRs = Object.assign(new ServiceAccess(), { basic, httpHeaders: { 'X-API-Key': 'k 7' } });
  expect(await count(connect(server.url, { qidoRs }))).toBe(EXPECTED);
  expect(new Set(seen.map((one) => JSON.stringify(one)))).toEqual(new Set([JSON.stringify([expected, 'k 7', true])]));
});

it('keeps the query of the base address in every query', async () => {
  const server = await serve({
    before: (request, response) => {
      if (new URL(request.url ?? '', 'http://a').searchParams.get('tenant') === 'a&b') {
        request.url = request.url?.replace(/tenant=[^&]*&?/, '');
        return false;
      }
      response.writeHead(400).end();
      return true;
    },
  });
  expect(await count(connect(`${server.url}/?tenant=a%26b`))).toBe(EXPECTED);
});
