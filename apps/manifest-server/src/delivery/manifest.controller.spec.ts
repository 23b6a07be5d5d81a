import { once } from 'node:events';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConnectorError, type SearchCriteria, type SearchOptions } from '@pacs-connectors/connector-core';
import fc from 'fast-check';
import { archives, fakes, patientWith, serveFakes } from '../testing/fake-archive.js';
import { ManifestService } from '../manifest/manifest.service.js';

let app: NestFastifyApplication;
let url: string;

beforeAll(async () => {
  ({ app, url } = await serveFakes(`${fakes('north', 'south')}    odd:\n      type: TELEPATHY\n`));
});
afterAll(() => app?.close());
afterEach(() => archives.clear());

const fails = (kind: ConnectorError['kind']) => () =>
  Promise.reject(new ConnectorError('x', kind, 'the link is down', { remedy: 'plug it in' }));

async function arcQueries(query: string, init?: RequestInit) {
  const response = await fetch(`${url}/manifest?${query}`, {
    ...init,
    headers: { accept: 'application/json', ...init?.headers },
  });
  const { manifest } = (await response.json()) as { manifest: { arcQuery: Record<string, unknown>[] } };
  return { status: response.status, byId: Object.fromEntries(manifest.arcQuery.map((one) => [one['arcId'], one])) };
}

describe('GET /manifest', () => {
  it('asks every archive at the same time and gives each its part', async () => {
    let waiting = 0;
    let release: () => void = () => undefined;
    const both = new Promise<void>((resolve) => (release = resolve));
    const answer = (study: string) => async () => {
      if (++waiting === 2) release();
      await both;
      return patientWith(study, 2);
    };
    archives.set('north', answer('1.2')).set('south', answer('1.3'));
    const { status, byId } = await arcQueries('patientID=P1');
    expect(status).toBe(200);
    expect(byId['north']).toMatchObject({
      baseUrl: 'http://north.example/wado',
      webLogin: Buffer.from('viewer:pässword').toString('base64'),
      Patient: [{ PatientID: 'P1', Study: [{ StudyInstanceUID: '1.2' }] }],
    });
    expect(byId['south']).toMatchObject({ Patient: [{ Study: [{ StudyInstanceUID: '1.3' }] }] });
    expect(byId['north']).not.toHaveProperty('Message');
  });

  it('passes on what is asked for and who asks, and asks the archives that are named', async () => {
    const seen: [SearchCriteria, SearchOptions][] = [];
    archives.set('north', (...args) => {
      seen.push(args);
      return Promise.resolve(patientWith('1.2'));
    });
    const { byId } = await arcQueries('studyUID=1.2,1.3&archive=north&mostRecentResults=1&access_token=a.b');
    expect(Object.keys(byId)).toEqual(['north']);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.[0]).toMatchObject({ studyInstanceUids: ['1.2', '1.3'], filters: { mostRecentResults: 1 } });
    expect(seen[0]?.[1].caller).toEqual({ bearerToken: 'a.b' });
  });

  it('applies the filters whatever the archive does', async () => {
    archives.set('north', () => Promise.resolve(patientWith('1.2')));
    const { byId } = await arcQueries('studyUID=1.2&archive=north&lowerDateTime=2024-02-01');
    expect(byId['north']).toMatchObject({ Message: { severity: 'INFO', title: 'Nothing found' } });
    expect(byId['north']).toMatchObject({ Patient: [] });
  });

  it('answers 200 and a message where nothing is found', async () => {
    const { status, byId } = await arcQueries('patientID=nobody&archive=north');
    expect(status).toBe(200);
    expect(byId).toMatchObject({
      north: {
        Message: {
          severity: 'INFO',
          title: 'Nothing found',
          description: 'Archive north has nothing that matches the request. [server.search.nothing-found]',
        },
      },
    });
  });

  it('does not say that nothing was found for an archive that returned studies that are not shown', async () => {
    const [title, description] = ['Another Patient ID', 'Two studies are not shown.'];
    const notice = { severity: 'WARN', title, description, missing: { level: 'study', count: 2 } } as const;
    archives.set('south', () => Promise.resolve({ patients: [], notices: [notice] }));
    const { byId } = await arcQueries('patientID=merged&archive=north,south');
    expect(byId).toMatchObject({
      north: { Message: { description: expect.stringMatching(/^Archive north has nothing/) } },
      south: { Message: { title } },
    });
  });

  it('answers one message for all archives where nothing is found, since each opens a dialog', async () => {
    const { status, byId } = await arcQueries('patientID=nobody&archive=odd,north,south');
    expect(status).toBe(200);
    expect(Object.keys(byId).sort()).toEqual(['north', 'odd', 'south']);
    expect(byId['south']).not.toHaveProperty('Message');
    expect(byId).toMatchObject({
      odd: { Message: { severity: 'ERROR' } },
      north: {
        Message: {
          title: 'Nothing found',
          description:
            'None of the archives north, south has anything that matches the request. [server.search.nothing-found]',
        },
      },
    });
  });

  it('says what is missing of one archive, beside the images of the others', async () => {
    archives.set('north', fails('unavailable')).set('south', () => Promise.resolve(patientWith('1.3')));
    const { status, byId } = await arcQueries('patientID=P1');
    expect(status).toBe(200);
    expect(byId['north']).toEqual({
      arcId: 'north',
      baseUrl: 'http://north.example/wado',
      Message: {
        title: 'Archive x: not reachable',
        description:
          'Its images are not in this manifest. The link is down. Plug it in. 1 study is shown from other archives; archive north may have more images of it. [archive.unavailable]',
        severity: 'ERROR',
      },
      Patient: [],
    });
    expect(byId['south']).toMatchObject({ Patient: [{ PatientID: 'P1' }] });
  });

  it('says that a left-out archive is missing, where it would have been asked', async () => {
    archives.set('south', () => Promise.resolve(patientWith('1.3')));
    for (const [query, status, ids] of [
      ['patientID=P1', 200, ['north', 'south', 'odd']],
      ['patientID=P1&archive=odd,south', 200, ['south', 'odd']],
      // No other archive is searched instead: callers that name one want its studies.
      ['patientID=P1&archive=odd', 502, ['odd']],
      ['patientID=P1&archive=odd,nobody', 200, ['north', 'south', 'odd']],
    ] as const) {
      const answer = await arcQueries(query);
      expect(answer.status).toBe(status);
      const { byId } = answer;
      expect(Object.keys(byId)).toEqual(ids);
      expect(byId['odd']).toMatchObject({ Message: { severity: 'ERROR', title: 'Archive odd: configuration error' } });
    }
    expect(Object.keys((await arcQueries('patientID=P1&archive=south')).byId)).toEqual(['south']);
  });

  it('answers 502 or 504 with the messages where no archive could be asked', async () => {
    archives.set('north', fails('timeout')).set('south', fails('refused'));
    const both = await arcQueries('patientID=P1&archive=north,south');
    expect(both.status).toBe(502);
    expect(both.byId).toMatchObject({
      north: { Message: { severity: 'ERROR' } },
      south: { Message: { severity: 'ERROR' } },
    });
    const late = await arcQueries('patientID=P1&archive=north');
    expect(late.status).toBe(504);
    expect(late.byId).toMatchObject({ north: { Message: { severity: 'ERROR' } } });
  });

  it('cancels the searches when the client goes away', async () => {
    let signal: AbortSignal | undefined;
    const asked = new Promise<void>((resolve) => {
      archives.set('north', (_criteria, options) => {
        signal = options.signal;
        resolve();
        return new Promise((_resolve, reject) => options.signal.addEventListener('abort', () => reject(new Error())));
      });
    });
    const client = new AbortController();
    const response = fetch(`${url}/manifest?patientID=P1&archive=north`, { signal: client.signal });
    await asked;
    const aborted = once(signal as AbortSignal, 'abort');
    client.abort();
    await expect(response).rejects.toThrow();
    await aborted;
    expect(signal?.reason).toMatchObject({ name: 'AbortError' });
  });

  it('cancels the searches of pipelined requests as well', async () => {
    const signals: AbortSignal[] = [];
    const asked = new Promise<void>((resolve) => {
      archives.set('north', (_criteria, options) => {
        if (signals.push(options.signal) === 2) resolve();
        return new Promise((_resolve, reject) => options.signal.addEventListener('abort', () => reject(new Error())));
      });
    });
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write('GET /manifest?patientID=P1&archive=north HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2));
    await asked;
    const aborted = Promise.all(signals.map((signal) => once(signal, 'abort')));
    socket.destroy();
    await aborted;
    expect(signals).toHaveLength(2);
  });
});

describe('the form of the answer', () => {
  const query = 'patientID=P1&archive=north';
  const get = (headers: Record<string, string> = {}, more = '', method = 'GET') => {
    archives.set('north', () => Promise.resolve(patientWith('1.2', 3)));
    return fetch(`${url}/manifest?${query}${more}`, { method, headers });
  };

  it.each([
    ['application/xml', 'application/xml'],
    ['application/json', 'application/json'],
    ['text/xml', 'text/xml'],
    ['*/*', 'application/xml'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'application/xml'],
    ['application/xml;q=0.5, application/json', 'application/json'],
  ])('follows Accept: %s', async (accept, type) => {
    const response = await get({ accept });
    expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
    expect(response.headers.get('vary')).toBe('Accept, Accept-Encoding');
    expect(response.headers.get('cache-control')).toBe('private, no-cache');
    const text = await response.text();
    if (type === 'application/json') expect(JSON.parse(text)).toHaveProperty('manifest');
    else
      expect(text).toMatch(
        /^<\?xml version="1.0" encoding="UTF-8"\?>\s*<manifest xmlns="http:\/\/www.weasis.org\/xsd\/2.5"/,
      );
  });

  it('is refused where nothing of it is accepted', async () => {
    const response = await get({ accept: 'text/html' });
    expect(response.status).toBe(406);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({
      status: 406,
      type: 'urn:pacs-connectors:error:server.request.not-acceptable',
      title: 'No acceptable format',
    });
  });

  it('is compressed where the client accepts it or asks by parameter', async () => {
    const plain = await get({ 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    const bytes = Buffer.from(await plain.arrayBuffer());
    expect(plain.headers.get('content-length')).toBe(String(bytes.length));
    for (const response of [
      await get({ 'accept-encoding': 'gzip' }),
      await get({ 'accept-encoding': 'identity' }, '&gzip'),
      await get({ 'accept-encoding': 'br;q=1, gzip;q=0.8, *;q=0.1' }, '&gzip=true'),
    ]) {
      expect(response.headers.get('content-encoding')).toBe('gzip');
      expect(response.headers.get('etag')).not.toBe(plain.headers.get('etag'));
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    }
    for (const no of ['false', 'FALSE', '0', 'no', 'off'])
      expect((await get({ 'accept-encoding': 'identity' }, `&gzip=${no}`)).headers.get('content-encoding')).toBeNull();
    expect((await get({ 'accept-encoding': 'gzip;q=0' })).headers.get('content-encoding')).toBeNull();
  });

  it('has a tag by which it is asked for again', async () => {
    const etag = (await get()).headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]+"$/);
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await get({ 'if-none-match': tags });
      expect(response.status).toBe(304);
      expect(response.headers.get('etag')).toBe(etag);
      expect(response.headers.get('vary')).toBe('Accept, Accept-Encoding');
      expect(await response.text()).toBe('');
    }
    expect((await get({ 'if-none-match': '"other"' })).status).toBe(200);
    archives.set('north', fails('refused'));
    const failed = await fetch(`${url}/manifest?${query}`, { headers: { 'if-none-match': '*' } });
    expect(failed.status).toBe(502);
    expect(failed.headers.get('cache-control')).toBe('no-store');
  });

  it('is described by HEAD', async () => {
    const full = await get();
    const head = await get({}, '', 'HEAD');
    expect(head.status).toBe(200);
    for (const name of ['etag', 'content-type', 'content-length', 'vary'])
      expect(head.headers.get(name)).toBe(full.headers.get(name));
    expect(await head.text()).toBe('');
    const known = { 'if-none-match': full.headers.get('etag') ?? '' };
    const [again, headAgain] = [await get(known), await get(known, '', 'HEAD')];
    expect(headAgain.status).toBe(304);
    // RFC 9110 8.6: a length would be that of the manifest.
    for (const name of ['etag', 'content-length', 'cache-control', 'vary'])
      expect(headAgain.headers.get(name)).toBe(again.headers.get(name));
    expect(headAgain.headers.get('content-length')).toBeNull();
  });

  it('runs nothing in a browser that is led to it: an uploaded one may name style sheets', async () => {
    const { headers } = await get();
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('is whole, however slowly it is read', async () => {
    archives.set('north', () => Promise.resolve(patientWith('1.2', 20_000)));
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write(`GET /manifest?${query}&gzip HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) {
      chunks.push(chunk as Buffer);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const whole = Buffer.concat(chunks);
    const body = whole.subarray(whole.indexOf('\r\n\r\n') + 4);
    expect(
      gunzipSync(body)
        .toString()
        .match(/<Instance /g),
    ).toHaveLength(20_000);
  });
});

describe('a request that cannot be answered', () => {
  async function problem(path: string, init?: RequestInit) {
    const response = await fetch(url + path, init);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const text = await response.text();
    expect(text).not.toMatch(/\bat .*\.[jt]s/);
    return { response, body: JSON.parse(text) as Record<string, unknown> };
  }

  it('gets every bad parameter', async () => {
    const { response, body } = await problem('/manifest?studyUID=x&patientID=Doe%00&viewer=%zz');
    expect(response.status).toBe(400);
    expect(body).toMatchObject({ type: 'urn:pacs-connectors:error:server.request.parameters-invalid', status: 400 });
    expect(body['errors']).toEqual([
      { parameter: 'viewer', code: 'server.parameter.unreadable', detail: expect.any(String) },
      { parameter: 'patientID', code: 'server.parameter.invalid', detail: expect.any(String) },
      { parameter: 'studyUID', code: 'server.parameter.not-a-uid', detail: expect.any(String) },
    ]);
    expect(JSON.stringify(body)).not.toContain('Doe');
  });

  it('names nothing', async () => {
    const { response, body } = await problem('/manifest?foo=1');
    expect(response.status).toBe(400);
    expect(body['detail']).toContain('studyUID, accessionNumber, seriesUID, objectUID');
  });

  it('has two callers', async () => {
    const headers = { authorization: 'Bearer a' };
    expect((await problem('/manifest?patientID=1&access_token=b', { headers })).response.status).toBe(400);
    expect((await problem('/manifest?patientID=1&access_token=%22%0A')).response.status).toBe(400);
  });

  it('goes to no address, or to one by a method that it does not know', async () => {
    expect((await problem('/nowhere?patientID=Doe')).response.status).toBe(404);
    expect((await problem('/%zz')).response.status).toBe(400);
    const { response, body } = await problem('/manifest?patientID=1', { method: 'DELETE' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
    expect(body).toMatchObject({
      status: 405,
      type: 'urn:pacs-connectors:error:server.request.method-not-allowed',
      title: 'Method not allowed',
    });
    expect((await problem('/manifest//', { method: 'PUT', body: 'x' })).response.status).toBe(405);
  });

  it('meets an unexpected error: the answer has no detail of it, and the log has no detail of the request', async () => {
    const log = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const broken = jest
      .spyOn(app.get(ManifestService), 'build')
      .mockRejectedValueOnce(new Error('select for Doe^Jane failed'));
    const { response, body } = await problem('/manifest?patientID=Doe');
    broken.mockRestore();
    expect(response.status).toBe(500);
    expect(body['detail']).toContain(String(body['requestId']));
    expect(JSON.stringify(body)).not.toContain('Doe');
    expect(JSON.stringify(log.mock.calls)).toContain(String(body['requestId']));
    expect(JSON.stringify(log.mock.calls)).not.toContain('Doe');
    log.mockRestore();
  });

  it('is too long, as one URL of a megabyte', async () => {
    const { response, body } = await problem(`/manifest?studyUID=${'1'.repeat(1_000_000)}`);
    expect(response.status).toBe(431);
    expect(body['detail']).toContain('128 KiB');
  });

  it('is garbage: answered clearly, never by an error of ours', async () => {
    const name = fc.constantFrom(
      'patientID',
      'studyUID',
      'archive',
      'lowerDateTime',
      'viewer',
      'gzip',
      'access_token',
      'x',
    );
    const value = fc.oneof(
      fc
        .string({ unit: 'binary', maxLength: 80 })
        .map((text) => encodeURIComponent(text.replace(/[\ud800-\udfff]/g, ''))),
      fc.string({ unit: fc.constantFrom(...'%&=+,^;.1aZ/[]{}|"\'<>') }),
    );
    const queries = fc.array(fc.tuple(name, value), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(queries, async (pairs) => {
        const response = await fetch(`${url}/manifest?${pairs.map((pair) => pair.join('=')).join('&')}`);
        await response.arrayBuffer();
        expect([200, 400]).toContain(response.status);
      }),
      { numRuns: 200 },
    );
  });

  it('is no HTTP', async () => {
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write('hello\r\n\r\n');
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1.1 400 Bad Request\r\nContent-Type: application\/problem\+json\r\n/);
  });
});

it('an answer never contains garbage that follows the request', async () => {
  archives.set('north', () => Promise.resolve(patientWith('1.2', 200_000)));
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write('GET /manifest?patientID=P1&archive=north HTTP/1.1\r\nHost: x\r\n\r\n');
  let text = String((await once(socket, 'data'))[0]);
  socket.write('garbage\r\n\r\n');
  for await (const chunk of socket) text += String(chunk);
  expect(text).toMatch(/^HTTP\/1.1 200 OK/);
  expect(text).not.toContain('problem+json');
});

describe('addresses', () => {
  it('are found with doubled and trailing slashes, and with a thousand UIDs', async () => {
    archives.set('north', () => Promise.resolve(patientWith('1.2')));
    for (const path of ['/manifest/', '//manifest', '/manifest//'])
      expect((await fetch(`${url}${path}?patientID=1&archive=north`)).status).toBe(200);
    const uids = Array.from({ length: 1000 }, (_, index) => String(index).padStart(64, '1'));
    const many = await fetch(`${url}/manifest?archive=north&${uids.map((uid) => `studyUID=${uid}`).join('&')}`);
    expect(many.status).toBe(200);
  });

  it('lie below the context path, of the configuration or of an option', async () => {
    const text = `${fakes('north')}server:\n  context-path: /weasis-pacs-connector/\n`;
    const fromFile = await serveFakes(text);
    const fromOption = await serveFakes(text, { contextPath: '/other' });
    try {
      const get = (base: string, path: string) => fetch(base + path).then(({ status }) => status);
      expect(await get(fromFile.url, '/weasis-pacs-connector/manifest?&patientID=1')).toBe(200);
      expect(await get(fromFile.url, '/weasis-pacs-connector//health/live/')).toBe(200);
      expect(await get(fromFile.url, '/weasis-pacs-connector/api-json')).toBe(200);
      expect(await get(fromFile.url, '/manifest?patientID=1')).toBe(404);
      expect(await get(fromOption.url, '/other/manifest?patientID=1')).toBe(200);
      expect(await get(fromOption.url, '/weasis-pacs-connector/manifest?patientID=1')).toBe(404);
      const post = await fetch(`${fromOption.url}/other/manifest`, { method: 'POST' });
      expect(post.status).toBe(405);
    } finally {
      await Promise.all([fromFile.app.close(), fromOption.app.close()]);
    }
  });
});
