import { once } from 'node:events';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { fakes, serveFakes } from '../testing/fake-archive.js';
import { generalCode, type Problem } from './problem.js';

let app: NestFastifyApplication;
let url: string;

beforeAll(async () => {
  const limits = 'hosts.allow: 192.0.2.1\ncache.max-upload-mib: 1\nserver.trusted-proxies: 127.0.0.1\n';
  ({ app, url } = await serveFakes(fakes('main') + limits, {}, new PassThrough().resume()));
});
afterAll(() => app?.close());

const type = (code: string) => `urn:pacs-connectors:error:${code}`;
/** The proxy of a caller that may ask. */
const allowed = { 'x-forwarded-for': '192.0.2.1' };
const json = { ...allowed, 'content-type': 'application/json' };
const xml = { ...allowed, 'content-type': 'application/xml' };

it.each<[what: string, path: string, request: RequestInit, status: number, code: string]>([
  ['a caller that is not allowed', '/manifest?patientID=1', {}, 403, 'server.caller.not-allowed'],
  ['an unknown address', '/nowhere', {}, 404, 'server.request.address-unknown'],
  ['an unknown archive', '/health/connectors/nobody', {}, 404, 'server.archive.unknown'],
  ['another method', '/health/live', { method: 'POST' }, 405, 'server.request.method-not-allowed'],
  [
    'no acceptable format',
    '/manifest?patientID=1',
    { headers: { ...allowed, accept: 'image/png' } },
    406,
    'server.request.not-acceptable',
  ],
  ['a path that cannot be decoded', '/%zz', {}, 400, 'server.request.malformed'],
  [
    'JSON that cannot be parsed',
    '/display',
    { method: 'POST', headers: json, body: '{' },
    400,
    'server.request.malformed',
  ],
  [
    'JSON that is not an object',
    '/display',
    { method: 'POST', headers: json, body: '1' },
    400,
    'server.request.malformed',
  ],
  [
    'a body of XML for a search',
    '/display',
    { method: 'POST', headers: xml, body: '<x/>' },
    415,
    'server.request.media-type-unsupported',
  ],
  [
    'plain text for a search',
    '/display',
    { method: 'POST', headers: { ...allowed, 'content-type': 'text/plain' }, body: 'x' },
    415,
    'server.request.media-type-unsupported',
  ],
  [
    'an unknown media type',
    '/display',
    { method: 'POST', headers: { ...allowed, 'content-type': 'text/x-other' }, body: 'x' },
    415,
    'server.request.media-type-unsupported',
  ],
  [
    'an encoded body',
    '/display',
    { method: 'POST', headers: { ...json, 'content-encoding': 'gzip' }, body: '{}' },
    415,
    'server.request.media-type-unsupported',
  ],
  [
    'a body that is too large',
    '/display',
    { method: 'POST', headers: json, body: JSON.stringify({ patientID: 'x'.repeat(1024 * 1024) }) },
    413,
    'server.request.body-too-large',
  ],
  ['a path that is too long', `/health/connectors/${'x'.repeat(200)}`, {}, 414, 'server.request.address-too-long'],
  [
    'headers that are too large',
    '/manifest',
    { headers: { 'x-large': 'x'.repeat(130 * 1024) } },
    431,
    'server.request.address-too-long',
  ],
  [
    'a host that an address cannot contain',
    '/display?patientID=1',
    { headers: { ...allowed, 'x-forwarded-host': 'a b' } },
    400,
    'server.request.host-invalid',
  ],
  [
    'parameters that are not valid',
    '/manifest?studyUID=x',
    { headers: allowed },
    400,
    'server.request.parameters-invalid',
  ],
])('has a code for %s', async (_what, path, request, status, code) => {
  const response = await fetch(url + path, request);
  const problem = (await response.json()) as Problem;
  expect([response.status, problem.status, problem.type]).toEqual([status, status, type(code)]);
});

it('has a code for a token that is not valid', async () => {
  const response = await fetch(`${url}/manifest?patientID=1&access_token=a%22b`, { headers: allowed });
  expect(await response.json()).toMatchObject({
    type: type('server.request.parameters-invalid'),
    errors: [{ parameter: 'access_token', code: 'server.request.token-invalid' }],
  });
});

it('has a code for bytes that are not HTTP', async () => {
  const { hostname, port } = new URL(url);
  const client = connect(Number(port), hostname);
  let answer = '';
  client.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  client.write('no HTTP\r\n\r\n');
  await once(client, 'end');
  client.destroy();
  expect(answer).toContain(`"type":"${type('server.request.malformed')}"`);
});

it.each([
  [408, 'server.request.timeout'],
  [418, 'server.request.refused'],
  [500, 'server.internal-error'],
  [502, 'server.internal-error'],
  [503, 'server.shutting-down'],
])('has the general code for status %d', (status, code) => {
  expect(generalCode(status)).toBe(code);
});
