import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { readConfiguration } from '@pacs-connectors/config-core';
import { type ServerOptions } from '../boot/options.js';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { serve } from '../server.js';
import { ViewersModule } from '@pacs-connectors/viewers/nestjs';
import { archives, checks, closed, FakeArchivesModule, fakes, patientWith } from '../testing/fake-archive.js';
import { ConfigurationReload } from './configuration-reload.service.js';

let folder: string;
let file: string;
let app: NestFastifyApplication | undefined;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reload-'));
  file = join(folder, 'connectors.yml');
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  archives.clear();
  checks.clear();
  closed.length = 0;
});
afterAll(() => rm(folder, { recursive: true }));

let log = '';

async function start(text: string, more: Partial<ServerOptions> = {}): Promise<void> {
  await writeFile(file, text);
  log = '';
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log += chunk.toString();
      done();
    },
  });
  const options: ServerOptions = { configuration: [file], port: 0, host: '127.0.0.1', ...more };
  const plugins = [FakeArchivesModule, ViewersModule];
  app = await serve(new ServerConfiguration(await readConfiguration([file])), plugins, options, output);
  url = await app.getUrl();
  await until('startup', ({ http }) => http === 200);
}

/** Writes the file and takes it. */
async function change(text: string): Promise<void> {
  await writeFile(file, text);
  await app?.get(ConfigurationReload).reload();
}

interface Answer {
  http: number;
  details: Record<string, Record<string, unknown>>;
}

async function health(path: string): Promise<Answer> {
  const response = await fetch(`${url}/health/${path}`);
  return { http: response.status, ...((await response.json()) as Omit<Answer, 'http'>) };
}

async function until(path: string, wanted: (answer: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const answer = await health(path);
    if (wanted(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const get = async (path: string) => {
  const response = await fetch(`${url}${path}`, { redirect: 'manual' });
  return { status: response.status, text: await response.text(), location: response.headers.get('location') };
};
const refusal = async () => (await health('ready')).details['configuration']?.['refused'] as { reasons: string[] };
const archivesIn = (manifest: string) => [...manifest.matchAll(/arcId="(\w+)"/g)].map(([, id]) => id);

describe('another configuration', () => {
  it('adds, removes and deactivates connectors, and their state is reported', async () => {
    await start(fakes('one', 'two', 'three'));
    expect(archivesIn((await get('/manifest?patientID=P')).text)).toEqual(['one', 'two', 'three']);
    await change(`${fakes('four', 'one')}    three: { type: FAKE, enabled: false }\n`);
    expect(archivesIn((await get('/manifest?patientID=P')).text)).toEqual(['four', 'one']);
    const { details } = await until('connectors', ({ details }) => details['four']?.['state'] === 'up');
    expect(Object.entries(details).map(([id, { state }]) => [id, state])).toEqual([
      ['four', 'up'],
      ['one', 'up'],
      ['three', 'disabled'],
    ]);
    const metrics = (await get('/metrics')).text;
    expect(metrics).toContain('pacs_connector_up{connector="four",type="FAKE"} 1');
    expect(metrics).not.toContain('pacs_connector_up{connector="two"');
  });

  it('leaves what is known of a connector that stays', async () => {
    let fails = true;
    checks.set('one', () => (fails ? Promise.reject(new Error('away')) : Promise.resolve({ latencyMs: 1 })));
    await start(`${fakes('one', 'two')}health.check-interval: 100ms\n`);
    fails = false;
    const { details } = await until('connectors', (answer) => answer.details['one']?.['state'] === 'up');
    const { lastError } = details['one'] ?? {};
    expect(lastError).toBeDefined();
    await change(`${fakes('one')}health.check-interval: 1h\n`);
    expect((await health('connectors')).details['one']).toMatchObject({ state: 'up', lastError });
  });

  it('is logged as info, with the names of what has changed', async () => {
    const said = () =>
      log
        .split('\n')
        .filter((line) => line.includes('was reloaded'))
        .map((line) => JSON.parse(line) as { level: string; msg: string })
        .map(({ level, msg }) => [level, msg.replace('the configuration was reloaded; ', '')]);
    await start(fakes('one', 'two'));
    await change(`# the same\n${fakes('one', 'two')}`);
    await change(
      `${fakes('one', 'two')}  timeout: 7s\nhosts.allow: [127.0.0.1]\nlogging.hash-key: hunter2\nhealth.ready-requires: any\nshutdown.timeout: 40s\nohif.server.url: http://ohif.example\n`,
    );
    await change(fakes('one', 'three'));
    await change(fakes('one', 'three').replace('login: viewer', 'login: other'));
    const all = 'only manifest or deadline changed: one';
    const keys = 'hosts, health, logging, shutdown';
    expect(said()).toEqual([
      ['info', 'no setting has changed'],
      ['info', `${all}, two; changed keys: connector.timeout, ohif, ${keys}`],
      ['info', `added: three; removed: two; ${all}; changed keys: connector.timeout, ohif, ${keys}`],
      ['info', all],
    ]);
    expect(log).not.toMatch(/hunter2|127\.0\.0\.1|ohif\.example/);
  });

  it('does not make the server unready while its new archives have not answered', async () => {
    await start(`${fakes('one')}health.ready-requires: all\n`);
    checks.set('slow', () => new Promise(() => undefined));
    await change(`${fakes('one', 'slow')}health.ready-requires: all\n`);
    expect((await health('ready')).http).toBe(200);
    expect((await health('connectors')).details['slow']).toMatchObject({ state: 'unknown' });
  });

  it('holds for what is no connector’s: who may ask, by what, for which viewer, how archives are watched', async () => {
    await start(fakes('one'));
    await change(
      `${fakes('one')}request.ids: [studyUID]\nohif.server.url: http://ohif.example\nhealth.check-interval: 100ms\n`,
    );
    expect((await get('/manifest?patientID=P')).status).toBe(400);
    expect((await get('/display?studyUID=1.2&archive=one&viewer=OHIF')).location).toMatch(/^http:\/\/ohif\.example/);
    checks.set('one', () => Promise.reject(new Error('away')));
    await until('connectors', ({ details }) => details['one']?.['state'] === 'down');
    await change(`${fakes('one')}hosts.allow: [192.0.2.1]\n`);
    expect((await get('/manifest?studyUID=1.2')).status).toBe(403);
    await change(`${fakes('one')}cryptography: { enabled: true, password: secret }\n`);
    expect((await get('/manifest?studyUID=1.2')).text).toContain('is not encrypted as this server expects');
    await change(fakes('one'));
    expect((await get('/manifest?studyUID=1.2')).status).toBe(200);
  });

  it('says how images are fetched from now on, also to a viewer that was launched before', async () => {
    archives.set('one', () => Promise.resolve(patientWith('1.2')));
    await start(fakes('one'));
    const { location } = await get('/display?studyUID=1.2');
    const manifest = async () => {
      const address = /http:[^ "]*key=[\w-]+/.exec(decodeURIComponent(location ?? ''))?.[0] ?? '';
      return (await fetch(address)).text();
    };
    const login = (password: string) => `webLogin="${Buffer.from(`viewer:${password}`).toString('base64')}"`;
    expect(await manifest()).toContain(login('pässword'));
    await change(fakes('one').replace('pässword', 'another'));
    expect(await manifest()).toContain(login('another'));
    await change(fakes('two'));
    expect(archivesIn(await manifest())).toEqual(['two']);
  });

  it('is not mixed with another in one manifest: what was left out when it was asked for is missing in it', async () => {
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) =>
      archives.set('one', () => {
        resolve();
        return new Promise((done) => (answer = () => done(patientWith('1.2'))));
      }),
    );
    await start(`${fakes('one')}    two: { type: FAKE, timeout: often }\n`);
    const manifest = get('/manifest?studyUID=1.2');
    await asked;
    await change(fakes('one', 'two'));
    answer();
    const { text } = await manifest;
    expect(archivesIn(text)).toEqual(['one', 'two']);
    expect(text).toMatch(/arcId="two"[^]*severity="ERROR"/);
  });
});

it('a connector that a request has chosen is closed after its search, also where that has not begun', async () => {
  let grant: (() => void) | undefined;
  const provider = createServer((_request, response) => {
    const token = { access_token: 'ours', token_type: 'Bearer', expires_in: 300 };
    grant = () => void response.setHeader('content-type', 'application/json').end(JSON.stringify(token));
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = provider.address() as AddressInfo;
    archives.set('one', async () => (closed.includes('one') ? { patients: [], notices: [] } : patientWith('1.2')));
    await start(`spring.security.oauth2.client:
  registration.sso: { client-id: me, client-secret: sesame, authorization-grant-type: client_credentials, provider: idp }
  provider.idp.token-uri: http://127.0.0.1:${port}/
connector.config:
  one: { type: FAKE, wado.authentication: { oauth2: { url: https://one.example/rs, oidc-id: sso } } }
`);
    const manifest = get('/manifest?studyUID=1.2');
    while (!grant) await new Promise((resolve) => setTimeout(resolve, 10));
    await change(fakes('two'));
    expect(archivesIn((await get('/manifest?studyUID=1.2')).text)).toEqual(['two']);
    expect(closed).toEqual([]);
    grant();
    expect((await manifest).text).toContain('StudyInstanceUID="1.2"');
    while (closed.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(closed).toEqual(['one']);
  } finally {
    provider.closeAllConnections();
    provider.close();
  }
});

it('no manifest lacks anything while one configuration follows the other', async () => {
  archives.set('one', async () => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
    return patientWith('1.2');
  });
  const [plain, other] = [fakes('one'), `${fakes('one')}      search-criteria.deactivated: [PATIENT_ID]\n`];
  await start(plain);
  let going = true;
  const asking = Array.from({ length: 8 }, async () => {
    const lacking: string[] = [];
    while (going) {
      const { text } = await get('/manifest?studyUID=1.2');
      if (!text.includes('StudyInstanceUID="1.2"') || text.includes('<Message')) lacking.push(text);
    }
    return lacking;
  });
  for (let round = 0; round < 40; round++) await change(round % 2 === 0 ? other : plain);
  going = false;
  expect((await Promise.all(asking)).flat()).toEqual([]);
  while (closed.length < 40) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(closed).toHaveLength(40);
});

describe('a configuration that is not taken', () => {
  it.each([
    ['a connector in error', `${fakes('one')}    bad: { type: FAKE, timeout: often }\n`, 'bad.timeout: found "often"'],
    ['no connector', 'connector.config: {}\n', 'expected at least one connector'],
    [
      'none that is switched on',
      'connector.config.one: { type: FAKE, enabled: false }\n',
      'every connector is disabled',
    ],
    ['a guard that is wrong', `${fakes('one')}hosts.allow: [10.0.0.0/99]\n`, 'hosts.allow: found "10.0.0.0/99"'],
    [
      'a plug-in that is not loaded',
      `${fakes('one')}    far: { type: FAR }\n  plugins: far\n`,
      'plug-ins are loaded at startup',
    ],
  ])('has %s', async (_what, text, reason) => {
    await start(fakes('one', 'two'));
    await change(text);
    expect((await refusal()).reasons.join('\n')).toContain(reason);
    expect(archivesIn((await get('/manifest?patientID=P')).text)).toEqual(['one', 'two']);
    await change(fakes('one'));
    expect(await refusal()).toBeUndefined();
    expect(archivesIn((await get('/manifest?patientID=P')).text)).toEqual(['one']);
  });
});

it('reports which changes require a restart, unless a flag overrides the key, until the files are as before', async () => {
  await start(`${fakes('one')}cache.ttl: 1m\n`);
  await change(`${fakes('one', 'two')}cache.ttl: 2m\nserver: { port: 8081, context-path: /pacs }\n`);
  const { http, details } = await health('ready');
  expect(http).toBe(200);
  expect(details['configuration']).toMatchObject({
    status: 'degraded',
    restartNeeded: ['server.context-path', 'cache.ttl'],
  });
  expect(archivesIn((await get('/manifest?patientID=P')).text)).toEqual(['one', 'two']);
  await change(`${fakes('one', 'two')}cache.ttl: 60s\n`);
  expect((await health('ready')).details['configuration']).toMatchObject({ status: 'up' });
});
