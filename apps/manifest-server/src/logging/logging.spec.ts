import { Writable } from 'node:stream';
import { afterEach, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConnectorError } from '@pacs-connectors/connector-core';
import { archives, fakes, patientWith, serveFakes } from '../testing/fake-archive.js';

let app: NestFastifyApplication | undefined;
let url: string;
let text = '';

afterEach(async () => {
  await app?.close();
  app = undefined;
  archives.clear();
});

async function serve(configuration: string, isTTY = false): Promise<void> {
  text = '';
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  ({ app, url } = await serveFakes(configuration, {}, Object.assign(output, { isTTY })));
}

function lines(): Record<string, unknown>[] {
  const written = text.split('\n').filter((line) => line !== '');
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const manifestLines = () => lines().filter(({ msg }) => msg === 'manifest');

const ask = (query: string, headers: Record<string, string> = {}) => fetch(`${url}/manifest?${query}`, { headers });

it('calls a manifest incomplete if an answer lacks something, and names the notice', async () => {
  const missing = { level: 'study', count: 1 } as const;
  const notice = { severity: 'WARN', title: 'Incomplete', description: 'One study is missing.' } as const;
  archives.set('main', () => Promise.resolve({ ...patientWith('1.2.3'), notices: [{ ...notice, missing }] }));
  archives.set('other', () => Promise.resolve({ ...patientWith('1.2.4'), notices: [notice] }));
  await serve(fakes('main', 'other'));
  await ask('patientID=P1&archive=main');
  await ask('patientID=P1&archive=other');
  expect(manifestLines()).toMatchObject([
    { level: 'warn', outcome: 'incomplete', parts: [{ connector: 'main', notices: ['archive.notice'] }] },
    { level: 'info', outcome: 'complete', parts: [{ connector: 'other', notices: ['archive.notice'] }] },
  ]);
});

it('says how each manifest was built, under the names of the request, and names no patient', async () => {
  archives.set('main', () => Promise.resolve(patientWith('1.2.3', 4, 'SECRET-1')));
  archives.set('away', () => Promise.reject(new ConnectorError('away', 'unavailable', 'connection refused')));
  await serve(fakes('main', 'away'));
  const headers = {
    'x-request-id': 'portal-7',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  };
  const answer = await ask('patientID=SECRET-1&accessionNumber=SECRET-2', headers);
  expect(answer.headers.get('x-request-id')).toBe('portal-7');
  await ask('patientID=SECRET-1&archive=main');

  const [first, second] = manifestLines();
  expect(first).toEqual({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    msg: 'manifest',
    requestId: 'portal-7',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    outcome: 'incomplete',
    durationMs: expect.any(Number),
    asked: {
      patientIds: [expect.stringMatching(/^[\w-]{10}$/)],
      accessionNumbers: [expect.stringMatching(/^[\w-]{10}$/)],
    },
    parts: [
      { connector: 'main', durationMs: expect.any(Number), patients: 1, studies: 1, series: 1, instances: 4 },
      {
        connector: 'away',
        durationMs: expect.any(Number),
        patients: 0,
        studies: 0,
        series: 0,
        instances: 0,
        failure: 'unavailable',
        code: 'archive.unavailable',
        reason: 'connection refused',
      },
    ],
  });
  expect(second).toMatchObject({ level: 'info', outcome: 'complete' });
  // One patient can be followed through the log.
  const patients = [first, second].map((line) => (line?.['asked'] as Record<string, string[]>)['patientIds']);
  expect(patients[1]).toEqual(patients[0]);
  expect(text).not.toMatch(/SECRET|Doe/);
});

it('says why a part is missing, unless in an archive’s own words, and when its circuit is open', async () => {
  await serve(`${fakes('main', 'odd')}    left: { type: TELEPATHY }\nhealth.circuit.failures: 1\n`);
  archives.set('main', () => Promise.reject(new ConnectorError('main', 'refused', 'it says: no patient SECRET-1')));
  archives.set('odd', () => Promise.reject(new ConnectorError('odd', 'misconfigured', 'there is no table STUDY')));
  await ask('patientID=SECRET-1');
  archives.set('main', () => Promise.reject(new ConnectorError('main', 'timeout', 'it went silent')));
  await ask('patientID=SECRET-1&archive=main');
  await ask('patientID=SECRET-1&archive=main');
  const reported = manifestLines().map(({ parts }) =>
    (parts as Record<string, unknown>[]).map(({ failure, reason }) => [failure, reason]),
  );
  expect(reported).toEqual([
    [
      ['refused', undefined],
      ['misconfigured', 'there is no table STUDY'],
      ['misconfigured', expect.stringContaining('TELEPATHY')],
    ],
    [['timeout', 'it went silent']],
    [['circuit_open', 'not searched, since it did not answer 1 times in a row. The last error: it went silent.']],
  ]);
  expect(text).not.toContain('SECRET');
});

it('gives a request a name of its own where it has none, or one that is not to be repeated', async () => {
  await serve(fakes('main'));
  const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
  for (const headers of [{}, { 'x-request-id': 'a b' }, { 'x-request-id': 'x'.repeat(129) }] as Record<
    string,
    string
  >[]) {
    const answer = await ask('patientID=1', { ...headers, traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` });
    expect(answer.headers.get('x-request-id')).toMatch(uuid);
    const line = manifestLines().at(-1);
    expect(line?.['requestId']).toBe(answer.headers.get('x-request-id'));
    expect(line).not.toHaveProperty('traceId');
  }
});

it('logs identifiers in clear, a few of many, only where that is wanted', async () => {
  await serve(`${fakes('main')}logging.identifiers: clear\n`);
  await ask('patientID=P1^^^HOSPITAL');
  const uids = Array.from({ length: 12 }, (_, index) => `1.2.${index}`);
  await ask(`studyUID=${uids.join(',')}`);
  expect(manifestLines().map(({ asked }) => asked)).toEqual([
    { patientIds: ['P1^^^HOSPITAL'] },
    { studyInstanceUids: [...uids.slice(0, 10), 'and 2 more'] },
  ]);
});

it('hashes alike in every replica where they share a key', async () => {
  const hashes: unknown[] = [];
  for (const key of ['one', 'one', 'two']) {
    await serve(`${fakes('main')}logging.hash-key: ${key}\n`);
    await ask('patientID=P1');
    hashes.push(JSON.stringify(manifestLines()[0]?.['asked']));
    await app?.close();
  }
  expect(hashes[0]).toBe(hashes[1]);
  expect(hashes[0]).not.toBe(hashes[2]);
});

it('says no more than logging.minimum-level wants', async () => {
  archives.set('away', () => Promise.reject(new ConnectorError('away', 'unavailable', 'connection refused')));
  await serve(`${fakes('main', 'away')}logging.minimum-level: warn\n`);
  await ask('patientID=1&archive=main');
  await ask('patientID=1&archive=away');
  expect(manifestLines().map(({ outcome }) => outcome)).toEqual(['failed']);
});

it('names a refused request for debugging: by its id, and what was wrong with it without what it holds', async () => {
  const refusals = () => lines().filter(({ msg }) => String(msg).includes('refused'));
  await serve(fakes('main'));
  await ask('studyUID=SECRET*1');
  expect(refusals()).toEqual([]);
  await app?.close();
  await serve(`${fakes('main')}logging.minimum-level: debug\n`);
  const json = { method: 'POST', headers: { 'content-type': 'application/json' } };
  const answers = [
    await ask('studyUID=SECRET*1&lowerDateTime=SECRET'),
    await fetch(`${url}/SECRET/1`),
    await fetch(`${url}/SECRET%`),
    await fetch(`${url}/display`, { ...json, body: '{"SECRET": {"patientID": 1.5}}' }),
  ];
  const said = ['400, GET /manifest; wrong: studyUID, lowerDateTime', '404, GET an unknown address'];
  said.push('400, GET an unknown address', '400, POST /display; wrong: an unknown parameter');
  const problems = (await Promise.all(answers.map((answer) => answer.json()))) as { requestId: string; type: string }[];
  expect(problems.map(({ type }) => type)).toEqual(
    ['parameters-invalid', 'address-unknown', 'malformed', 'parameters-invalid'].map(
      (name) => `urn:pacs-connectors:error:server.request.${name}`,
    ),
  );
  expect(refusals()).toMatchObject(
    said.map((text, index) => ({
      level: 'debug',
      context: 'HTTP',
      code: problems[index]?.type.replace('urn:pacs-connectors:error:', ''),
      msg: `request ${problems[index]?.requestId} refused: ${text}`,
    })),
  );
  expect(text).not.toContain('SECRET');
});

it('is readable on a terminal', async () => {
  await serve(fakes('main'), true);
  await ask('patientID=SECRET-1');
  while (!text.includes('manifest')) await new Promise((resolve) => setTimeout(resolve, 10));
  const green = '\u001b[32m';
  expect(text).toMatch(/^\[\d\d:\d\d:\d\d\] /m);
  expect(text).toContain(`${green}INFO`);
  expect(text).not.toContain('SECRET');
});
