import { type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type ConnectorError, emptyCriteria, type SearchCriteria } from '@pacs-connectors/connector-core';
import { instanceRows, sampleArchive } from '@pacs-connectors/connector-testkit';
import { freePort } from '@pacs-connectors/test-services';
import { type DicomWebConnector } from './dicomweb-connector.js';
import { BasicAccess, type DicomWebSettings, ServiceAccess } from './dicomweb-settings.js';
import { connectorTo } from './testing/connector-to.js';
import { type FakeQido, type FakeQidoBehaviour, startFakeQido } from './testing/fake-qido.js';

const QUESTION: SearchCriteria = { ...emptyCriteria(), patientIds: [{ id: 'DEMO-1' }] };
const EXPECTED = instanceRows().filter(({ patient }) => patient.patientId === 'DEMO-1').length;

const opened: { close?(): Promise<void>; stop?(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0)) await (thing.close ?? thing.stop)?.call(thing);
});

async function serve(behaviour: FakeQidoBehaviour): Promise<FakeQido> {
  const server = await startFakeQido(sampleArchive, behaviour);
  opened.push(server);
  return server;
}

function connect(url: string, settings: Partial<DicomWebSettings> = {}): DicomWebConnector {
  const connector = connectorTo(url, settings);
  opened.push(connector);
  return connector;
}

function withBasic(url: string): Partial<DicomWebSettings> {
  const basic = Object.assign(new BasicAccess(), { url, login: 'jörg', password: 'geheim:1' });
  return { qidoRs: Object.assign(new ServiceAccess(), { basic }) };
}

async function count(connector: DicomWebConnector, ms = 20_000): Promise<number> {
  const { patients } = await connector.search(QUESTION, { signal: AbortSignal.timeout(ms), depth: 'instance' });
  return patients
    .flatMap(({ studies }) => studies)
    .flatMap(({ series }) => series)
    .reduce((sum, { instances }) => sum + instances.length, 0);
}

async function failure(connector: DicomWebConnector, ms = 20_000): Promise<ConnectorError> {
  const error = await count(connector, ms).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'ConnectorError', connectorId: 'web' });
  return error as ConnectorError;
}

/** Does `fault` to the first `times` requests. */
function first(times: number, fault: (request: IncomingMessage, response: ServerResponse) => void) {
  let seen = 0;
  return (request: IncomingMessage, response: ServerResponse) => {
    if (++seen > times) return false;
    fault(request, response);
    return true;
  };
}

const json = { 'content-type': 'application/dicom+json' };
const halfWay = (_: IncomingMessage, response: ServerResponse) => {
  response.writeHead(200, json);
  response.write('[{"0020000D":{"vr":"UI","Value":["2.25.1"]}},{"0020');
  setTimeout(() => response.socket?.resetAndDestroy(), 20);
};
const status =
  (code: number, headers: Record<string, string> = {}) =>
  (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(code, headers).end('no');
const body = (content: string | Buffer, headers: Record<string, string> = json) => ({
  before: first(Infinity, (_, response) => void response.writeHead(200, headers).end(content)),
});

describe('a connection that fails', () => {
  it('names a server that nobody runs', async () => {
    const connector = connect(`http://127.0.0.1:${await freePort()}/dicom-web`);
    expect(await failure(connector)).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('asks once more where an answer breaks off, and gives everything once', async () => {
    const server = await serve({ before: first(1, halfWay) });
    expect(await count(connect(server.url))).toBe(EXPECTED);
  });

  it.each([
    ['half of the JSON', '[{"0020000D":{"vr":"UI","Value":["2.25.1"]}}', json],
    ['nothing', '', { ...json, 'transfer-encoding': 'chunked' }],
    ['half of the gzip', gzipSync('[{"a":1}]').subarray(0, 20), { ...json, 'content-encoding': 'gzip' }],
  ])(
    'asks once more where an answer ends early, as it seems where HTTP/2 or a proxy breaks off: %s',
    async (_, part, headers) => {
      const cut = (_request: IncomingMessage, response: ServerResponse) =>
        void response.writeHead(200, headers).end(part);
      const server = await serve({ before: first(1, cut) });
      expect(await count(connect(server.url))).toBe(EXPECTED);
    },
  );

  it('gives up where every answer breaks off', async () => {
    const server = await serve({ before: first(Infinity, halfWay) });
    expect(await failure(connect(server.url))).toMatchObject({ kind: 'unavailable' });
    expect(server.requests).toHaveLength(2);
  });

  it('ends at the deadline where the server is silent', async () => {
    const server = await serve({ before: first(Infinity, () => undefined) });
    expect(await failure(connect(server.url), 300)).toMatchObject({ kind: 'timeout' });
  });

  it('ends at the deadline where an answer comes drop by drop', async () => {
    const timers: NodeJS.Timeout[] = [];
    const server = await serve({
      before: first(Infinity, (_, response) => {
        response.writeHead(200, json).write('[');
        timers.push(setInterval(() => response.write(' '), 20));
      }),
    });
    expect(await failure(connect(server.url), 300)).toMatchObject({ kind: 'timeout' });
    for (const timer of timers) clearInterval(timer);
  });
});

describe('a server that declines', () => {
  it.each([
    [401, 'refused', 1],
    [403, 'refused', 1],
    [400, 'refused', 1],
    [429, 'unavailable', 2],
    [500, 'unavailable', 2],
    [503, 'unavailable', 2],
    [501, 'refused', 1],
    [418, 'refused', 1],
  ])('with %d is %s after %d question(s)', async (code, kind, questions) => {
    const server = await serve({ before: first(Infinity, status(code)) });
    const connector = connect(server.url);
    await connector.check(AbortSignal.timeout(20_000)).catch(() => undefined);
    expect(await connector.check(AbortSignal.timeout(20_000)).catch((error: unknown) => error)).toMatchObject({
      kind,
      message: expect.stringContaining(`HTTP ${code}`),
    });
    expect(server.requests).toHaveLength(2 * questions);
  });

  it('a query at an address that goes too deep is told what the address is to be', async () => {
    const server = await serve({ before: first(Infinity, status(400)) });
    expect(await failure(connect(`${server.url}/studies`))).toMatchObject({
      remedy: expect.stringContaining('the one that /studies follows'),
    });
  });

  it('for a moment is asked once more', async () => {
    const server = await serve({ before: first(1, status(503)) });
    expect(await count(connect(server.url))).toBe(EXPECTED);
  });

  it('until a time that it tells is asked then', async () => {
    const server = await serve({ before: first(1, status(429, { 'retry-after': '1' })) });
    const start = performance.now();
    expect(await count(connect(server.url))).toBe(EXPECTED);
    expect(performance.now() - start).toBeGreaterThan(1000);
  });

  it('for longer than anybody waits is not waited for', async () => {
    const server = await serve({ before: first(Infinity, status(429, { 'retry-after': '3600' })) });
    expect(await failure(connect(server.url))).toMatchObject({ kind: 'unavailable' });
    expect(server.requests).toHaveLength(1);
  });

  it('until a time after a deadline that is known is not waited for', async () => {
    const server = await serve({ before: first(Infinity, status(429, { 'retry-after': '50' })) });
    const search = connect(server.url).search(QUESTION, {
      // It would end the question, and the test, much later.
      signal: new AbortController().signal,
      deadline: performance.now() + 40_000,
      depth: 'instance',
    });
    await expect(search).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('(HTTP 429, Retry-After: 50)'),
    });
    expect(server.requests).toHaveLength(1);
  });

  it('until a time after the deadline is told to have asked for patience', async () => {
    const server = await serve({ before: first(Infinity, status(429, { 'retry-after': '30' })) });
    expect(await failure(connect(server.url), 300)).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('HTTP 429'),
    });
  });

  it('with a body that does not end is understood all the same', async () => {
    const timers: NodeJS.Timeout[] = [];
    const server = await serve({
      before: first(Infinity, (_, response) => {
        response.writeHead(500);
        timers.push(setInterval(() => response.write('x'), 20));
      }),
    });
    expect(await failure(connect(server.url))).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('HTTP 500'),
    });
    for (const timer of timers) clearInterval(timer);
  });

  it('with 404 for everything is not taken for an empty archive', async () => {
    const server = await serve({ before: first(Infinity, status(404)) });
    expect(await failure(connect(server.url))).toMatchObject({ kind: 'misconfigured' });
  });

  it('a search outside of a study is asked study by study, or said not to have been searched', async () => {
    const server = await serve({ relational: 'refused' });
    const connector = connect(server.url);
    expect(await count(connector)).toBe(EXPECTED);
    const sopInstanceUids = [instanceRows()[0]?.instance.sopInstanceUid ?? ''];
    const { patients, notices } = await connector.search(
      { ...emptyCriteria(), sopInstanceUids },
      { signal: AbortSignal.timeout(20_000), depth: 'instance' },
    );
    expect(patients).toEqual([]);
    expect(notices).toMatchObject([{ severity: 'WARN', title: 'Not searched' }]);
  });

  it.each(['nothing', 'key ignored'] as const)(
    'relational questions by %s loses and leaks nothing',
    async (relational) => {
      const server = await serve({ relational });
      expect(await count(connect(server.url))).toBe(EXPECTED);
    },
  );

  it.each([{}, { countless: true }])(
    'to search for instances but in a series is asked series by series: %j',
    async (more) => {
      const server = await serve({ instancesBySeriesOnly: true, relational: 'refused', uidLists: false, ...more });
      expect(await count(connect(server.url))).toBe(EXPECTED);
    },
  );

  it('to page says that results may be missing', async () => {
    const server = await serve({ cap: 10, ignoresOffset: true, countless: true });
    const { notices } = await connect(server.url).search(QUESTION, {
      signal: AbortSignal.timeout(20_000),
      depth: 'instance',
    });
    expect(notices).toMatchObject([{ severity: 'WARN', title: 'Incomplete' }]);
  });
});

describe('an answer that is none', () => {
  it.each([
    ['HTML', body('<html><body>Please log in', { 'content-type': 'text/html' }), 'HTML'],
    ['HTML that claims to be JSON', body('<html><body>Please log in'), 'HTML'],
    ['XML', body('<NativeDicomModel/>', { 'content-type': 'application/dicom+xml' }), 'XML'],
    ['one object', body('{"errorMessage":"no such AE"}'), 'object'],
    ['broken JSON', body('[{"0020000D":{"vr":"UI","Value":[}}]'), 'broken'],
    ['half of the JSON', body('[{"0020000D":{"vr":"UI","Value":["2.25.1"]}}'), 'ends before'],
    ['a list of numbers', body('[1,2]'), 'no array of objects'],
    ['Latin-1 by its header', body('[]', { 'content-type': 'application/json; charset=ISO-8859-1' }), 'iso-8859-1'],
    ['Latin-1 by its bytes', body(Buffer.from('[{"00100010":{"Value":["J\xfcrgen"]}}]', 'latin1')), 'UTF-8'],
    ['UTF-16', body(Buffer.from('\ufeff[]', 'utf16le')), 'UTF-16'],
    ['another compression', body('x', { ...json, 'content-encoding': 'br' }), 'br'],
    [
      'half of a gzip file',
      body(gzipSync(JSON.stringify([{ a: 1 }])).subarray(0, 20), { ...json, 'content-encoding': 'gzip' }),
      'cut off',
    ],
    ['headers without end', body('[]', { ...json, 'x-more': 'x'.repeat(100_000) }), 'HTTP'],
    ['no gzip file', body('[]', { ...json, 'content-encoding': 'gzip' }), 'broken'],
  ])('is named: %s', async (_, behaviour, word) => {
    const server = await serve(behaviour);
    const error = await failure(connect(server.url));
    expect(error).toMatchObject({ kind: 'protocol', message: expect.stringContaining(word) });
    expect(error.message).not.toContain('rgen');
  });

  it('is read no further than the limit, compressed or not', async () => {
    const endless = gzipSync(Buffer.from(`[${'{"a":{}},'.repeat(400_000)}`));
    for (const behaviour of [
      body(endless, { ...json, 'content-encoding': 'gzip' }),
      {
        before: first(Infinity, (_, response) => {
          response.writeHead(200, json).write('[');
          const more = () => {
            while (!response.destroyed && response.write(`${'{"a":{}},'.repeat(1000)}`));
            response.once('drain', more);
          };
          more();
        }),
      },
    ]) {
      const server = await serve(behaviour);
      expect(await failure(connect(server.url, { maxResponseMib: 1 }))).toMatchObject({
        kind: 'protocol',
        message: expect.stringContaining('longer than 1 MiB'),
      });
    }
  });

  it('reads gzip', async () => {
    const server = await serve(body(gzipSync('[]'), { ...json, 'content-encoding': 'gzip' }));
    expect(await count(connect(server.url))).toBe(0);
  });
});

describe('credentials', () => {
  const wanted = `Basic ${Buffer.from('jörg:geheim:1').toString('base64')}`;

  it('go along, and on redirects within the server', async () => {
    const server = await serve({
      before: (request, response) => {
        if (request.url?.startsWith('/dicom/web')) return false;
        response.writeHead(307, { location: `/dicom/web${request.url}` }).end();
        return true;
      },
    });
    const moved = server.url.replace('/dicom/web', '/');
    expect(await count(connect(moved, withBasic(moved)))).toBe(EXPECTED);
    expect(new Set(server.authorizations)).toEqual(new Set([wanted]));
  });

  it('never go to another server', async () => {
    const other = await serve({});
    const server = await serve({
      before: (request, response) => {
        response.writeHead(302, { location: new URL(request.url ?? '', other.url).href }).end();
        return true;
      },
    });
    expect(await count(connect(server.url, withBasic(server.url)))).toBe(EXPECTED);
    expect(new Set(server.authorizations)).toEqual(new Set([wanted]));
    expect(new Set(other.authorizations)).toEqual(new Set([undefined]));
  });

  it('are not shown where a redirect leads to a server that wants some', async () => {
    const other = await serve({ before: first(Infinity, status(401)) });
    const server = await serve({ before: first(Infinity, status(302, { location: `${other.url}/studies` })) });
    const error = await failure(connect(server.url, withBasic(server.url)));
    expect(error).toMatchObject({ kind: 'refused', message: expect.stringContaining(new URL(other.url).origin) });
    expect(`${error.message} ${error.remedy}`).not.toContain('geheim');
  });

  it('do not run in circles', async () => {
    const server = await serve({ before: first(Infinity, status(302, { location: '/dicom/web/studies' })) });
    expect(await failure(connect(server.url))).toMatchObject({ kind: 'protocol' });
  });
});

it('asks once what several ask at once, and leaves nothing open', async () => {
  const server = await serve({});
  const connector = connect(server.url);
  const counts = await Promise.all(Array.from({ length: 10 }, () => count(connector)));
  expect(counts).toEqual(Array.from({ length: 10 }, () => EXPECTED));
  expect(new Set(server.requests).size).toBe(server.requests.length);
});
