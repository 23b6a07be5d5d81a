import { type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { emptyCriteria } from '@pacs-connectors/connector-core';
import { closeAll, connect, first, json, serve } from './testing/failing-server.js';

afterEach(closeAll);

const NOBODY = { ...emptyCriteria(), accessionNumbers: ['NONE-1'] };
const find = (url: string) => connect(url).search(NOBODY, { signal: AbortSignal.timeout(20_000), depth: 'instance' });

describe('nothing was found', () => {
  const chunked = { 'transfer-encoding': 'chunked' };
  it.each<[string, (response: ServerResponse) => unknown]>([
    ['an empty body of text/plain', (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end()],
    ['an empty body of XML', (response) => response.writeHead(200, { 'content-type': 'text/xml', ...chunked }).end()],
    ['a blank line', (response) => response.writeHead(200, json).end('\r\n')],
    [
      'an empty gzip file',
      (response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync('')),
    ],
    [
      'an empty gzip file of HTML',
      (response) =>
        response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' }).end(gzipSync('')),
    ],
    [
      'null in gzip, of XML',
      (response) =>
        response
          .writeHead(200, { 'content-type': 'application/xml', 'content-encoding': 'gzip' })
          .end(gzipSync('null')),
    ],
    ['an empty body in Brotli', (response) => response.writeHead(200, { ...json, 'content-encoding': 'br' }).end()],
    ['an array of one empty object', (response) => response.writeHead(200, json).end('[ {} ]')],
    ['an empty object', (response) => response.writeHead(200, json).end('{}')],
    ['null', (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('null')],
  ])('if the answer is %s', async (_, answer) => {
    const server = await serve({ before: first(Infinity, (_request, response) => void answer(response)) });
    expect(await find(server.url)).toEqual({ patients: [], notices: [] });
  });

  it.each([400, 403, 501])('if the answer is 404 and searches without a key are rejected by %d', async (status) => {
    const server = await serve({
      before: (request, response) => {
        const broad = !request.url?.includes('=') || request.url.endsWith('/studies?limit=1');
        response.writeHead(broad ? status : 404).end();
        return true;
      },
    });
    expect(await find(server.url)).toEqual({ patients: [], notices: [] });
    await connect(server.url).check(AbortSignal.timeout(20_000));
  });
});

it('one unreadable study does not hide the others, and is counted', async () => {
  const study = (uid: string) => ({ '0020000D': { Value: [uid] }, '00080050': { Value: ['NONE-1'] } });
  const body = Buffer.from(`[${JSON.stringify(study('1.2.1'))},{"00100010":{"Value":["J\xfcrgen"]}}]`, 'latin1');
  const server = await serve({
    before: (request, response) => {
      const isFirst = request.url?.includes('/studies?') && !request.url.includes('offset=');
      response.writeHead(200, json).end(isFirst ? body : '[]');
      return true;
    },
  });
  const { patients, notices } = await connect(server.url).search(NOBODY, {
    signal: AbortSignal.timeout(20_000),
    depth: 'study',
  });
  expect(patients.flatMap(({ studies }) => studies)).toMatchObject([{ studyInstanceUid: '1.2.1' }]);
  expect(notices).toMatchObject([
    { severity: 'WARN', code: 'dicomweb.result.unreadable', missing: { level: 'instance' } },
  ]);
});
