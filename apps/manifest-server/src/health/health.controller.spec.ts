import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConnectorError } from '@pacs-connectors/connector-core';
import { archives, checks, fakes, serveFakes } from '../testing/fake-archive.js';

let app: NestFastifyApplication | undefined;
let url: string;
/** Ids of archives that hang: nothing that they are asked is ever answered. */
const hanging = new Set<string>();

beforeEach(() => {
  hanging.clear();
  for (const id of ['main', 'other'])
    checks.set(id, () =>
      hanging.has(id) ? new Promise(() => undefined) : Promise.resolve({ latencyMs: 3, details: { version: '5.1' } }),
    );
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  checks.clear();
  archives.clear();
});

const QUICK = 'health: { check-interval: 100ms, check-timeout: 100ms }\n';

async function serve(text: string): Promise<void> {
  ({ app, url } = await serveFakes(text));
}

interface Answer {
  http: number;
  status: string;
  details: Record<string, Record<string, unknown>>;
}

async function health(path: string): Promise<Answer> {
  const response = await fetch(`${url}/health/${path}`);
  return { http: response.status, ...((await response.json()) as Omit<Answer, 'http'>) };
}

/** Asks until the answer is as wanted. */
async function until(path: string, wanted: (answer: Answer) => boolean): Promise<Answer> {
  const end = Date.now() + 120_000;
  for (;;) {
    const answer = await health(path);
    if (wanted(answer)) return answer;
    if (Date.now() > end) throw new Error(`never as wanted: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it('is live, started and ready if all archives answer', async () => {
  await serve(fakes('main', 'other'));
  expect(await health('live')).toMatchObject({ http: 200, status: 'ok', details: {} });
  expect(await until('startup', ({ http }) => http === 200)).toMatchObject({ status: 'ok' });
  expect(await health('ready')).toMatchObject({
    http: 200,
    status: 'ok',
    details: { 'connector main': { status: 'up', type: 'FAKE' }, 'connector other': { status: 'up' } },
  });
});

it('reports each connector, usable, disabled or in error, without secrets', async () => {
  await serve(
    `${fakes('main', 'other')}    off: { type: FAKE, enabled: false }\n    bad: { type: FAKE, timeout: never }\n${QUICK}`,
  );
  hanging.add('other');
  const { details, http } = await until('connectors', (answer) => answer.details['other']?.['state'] === 'down');
  expect(http).toBe(200);
  expect(details).toEqual({
    main: {
      status: 'up',
      state: 'up',
      type: 'FAKE',
      circuit: 'closed',
      latencyMs: 3,
      details: { version: '5.1' },
      lastSuccess: expect.any(String),
    },
    other: {
      status: 'down',
      state: 'down',
      type: 'FAKE',
      circuit: 'closed',
      latencyMs: 3,
      details: { version: '5.1' },
      lastSuccess: expect.any(String),
      lastError: {
        at: expect.any(String),
        kind: 'timeout',
        code: 'archive.timeout',
        message: expect.stringContaining('no answer to the health check within '),
        remedy: expect.any(String),
      },
    },
    bad: {
      status: 'down',
      state: 'misconfigured',
      type: 'FAKE',
      code: 'server.archive.left-out',
      reasons: expect.arrayContaining([expect.stringContaining('connector.config.bad.timeout: found "never"')]),
    },
    off: { status: 'up', state: 'disabled', type: 'FAKE' },
  });
  expect(JSON.stringify(details)).not.toContain('pässword');
  expect((await health('connectors/main')).http).toBe(200);
  expect((await health('connectors/off')).http).toBe(200);
  expect((await health('connectors/other')).http).toBe(503);
  expect((await health('connectors/bad')).http).toBe(503);
  expect((await health('connectors/nobody')).http).toBe(404);
  expect(await (await fetch(`${url}/health/connectors/nobody`)).json()).toMatchObject({
    type: 'urn:pacs-connectors:error:server.archive.unknown',
  });
  expect((await fetch(`${url}/health/connectors/main`, { method: 'POST' })).status).toBe(405);
  hanging.clear();
  expect(await until('connectors/other', ({ http: now }) => now === 200)).toMatchObject({
    details: { other: { state: 'up', lastError: { kind: 'timeout' } } },
  });
});

it('is not ready before each archive has been checked once', async () => {
  let fail: (error: Error) => void = () => undefined;
  checks.set('main', () => new Promise((_, reject) => (fail = reject)));
  await serve(`${fakes('main', 'other')}health: { check-timeout: 1h }\n`);
  for (const path of ['ready', 'startup'])
    expect(await health(path)).toMatchObject({
      http: 503,
      details: {
        'archives checked': {
          status: 'down',
          code: 'server.health.archives-not-checked',
          message: 'waiting for the first check of main',
        },
      },
    });
  expect(await health('live')).toMatchObject({ http: 200 });
  fail(new ConnectorError('main', 'unavailable', 'connection refused'));
  // What was found does not matter: the replica can say it in its manifests.
  await until('startup', ({ http }) => http === 200);
  expect(await health('ready')).toMatchObject({
    http: 200,
    status: 'degraded',
    details: {
      'connector main': {
        status: 'degraded',
        code: 'archive.unavailable',
        message: 'connection refused',
      },
    },
  });
});

it.each<[requires: string, hang: string[], http: number]>([
  ['none', ['main', 'other'], 200],
  ['any', ['main'], 200],
  ['any', ['main', 'other'], 503],
  ['all', [], 200],
  ['all', ['main'], 503],
])('with health.ready-requires: %s, while %j hang, readiness is %d', async (requires, hang, http) => {
  for (const id of hang) hanging.add(id);
  await serve(`${fakes('main', 'other')}${QUICK}health.ready-requires: ${requires}\n`);
  await until('startup', (answer) => answer.http === 200);
  const ready = await health('ready');
  expect(ready.http).toBe(http);
  for (const id of hang)
    expect(ready.details[`connector ${id}`]).toMatchObject({
      status: 'degraded',
      message: expect.stringContaining('no answer to the health check within '),
    });
  if (http === 503)
    expect(ready.details['archives required']).toEqual({
      status: 'down',
      code: 'server.health.archives-required',
      message: `health.ready-requires is ${requires}, and these archives do not answer: ${hang.join(', ')}`,
    });
  expect((await health('live')).http).toBe(200);
});

it('pauses an archive that does not answer searches, and its part says so', async () => {
  let asked = 0;
  archives.set('main', () => {
    asked++;
    return Promise.reject(new ConnectorError('main', 'unavailable', 'connection refused'));
  });
  await serve(`${fakes('main')}health.circuit: { failures: 2, rest: 1h }\n`);
  await until('startup', ({ http }) => http === 200);
  for (let search = 0; search < 4; search++) {
    const response = await fetch(`${url}/manifest?patientID=1`, { headers: { accept: 'application/xml' } });
    const text = await response.text();
    expect([response.status, text.includes('Not searched, since it did not answer 2 times in a row')]).toEqual([
      502,
      search >= 2,
    ]);
  }
  expect(asked).toBe(2);
  expect(await health('connectors/main')).toMatchObject({ http: 503, details: { main: { circuit: 'open' } } });
});

it('reports an archive that answers checks but no searches as unavailable', async () => {
  archives.set('main', () => Promise.reject(new ConnectorError('main', 'timeout', 'no answer', { remedy: 'Wait.' })));
  await serve(
    `${fakes('main')}health: { circuit: { failures: 1, rest: 1h }, check-interval: 1h, ready-requires: any }\n`,
  );
  expect((await until('ready', ({ http }) => http === 200)).status).toBe('ok');
  await fetch(`${url}/manifest?patientID=1`);
  const details = { main: { state: 'up', circuit: 'open', lastError: { message: 'no answer' } } };
  expect(await health('connectors/main')).toMatchObject({ http: 503, details });
  expect(await health('ready')).toMatchObject({
    http: 503,
    details: {
      'connector main': { status: 'degraded', code: 'archive.timeout', message: 'no answer', remedy: 'Wait.' },
      'archives required': { status: 'down' },
    },
  });
});
