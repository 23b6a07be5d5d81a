import { createServer } from 'node:http';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { checkConfiguration, readConfiguration } from '@pacs-connectors/config-core';
import { type ConnectorDefinition } from '@pacs-connectors/connector-core';
import { DicomWebPlugin } from './dicomweb-plugin.js';
import { type DicomWebSettings } from './dicomweb-settings.js';
import { closeAll, connect, count, EXPECTED, failure, serve } from './testing/failing-server.js';

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

  it('that refuses is named', async () => {
    const proxy = await startProxy(403);
    expect(await failure(connect('http://pacs.invalid/rs', { proxy: proxy.url }))).toMatchObject({
      code: 'dicomweb.proxy.refused',
      message: expect.stringContaining('HTTP 403'),
    });
  });
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
