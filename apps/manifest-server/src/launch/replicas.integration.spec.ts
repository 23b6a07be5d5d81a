import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import {
  type RedisService,
  type RunningHaproxy,
  signalProcess,
  startHaproxy,
  startRedis,
  temporaryFolder,
} from '@pacs-connectors/test-services';
import { type BuiltServer, runBuiltServer } from '../testing/built-server.js';
import { type AskedQuestion, type RemoteArchive, startRemoteArchive } from '../testing/remote-archive.js';

/** Three replicas of the built server behind haproxy, sharing one Redis. */
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let archive: RemoteArchive;
let redis: RedisService;
let proxy: RunningHaproxy;
let configuration: string;
const replicas: { server: BuiltServer; url: string }[] = [];

beforeAll(async () => {
  folder = await temporaryFolder('replicas');
  archive = await startRemoteArchive(folder.path);
  redis = await startRedis({ password: 'pass word' });
  configuration = join(folder.path, 'connectors.yml');
  await writeFile(
    configuration,
    `${archive.configuration}cache: { url: '${redis.url}', password: pass word, encryption-key: the same in every replica, ttl: 1h }
server.trusted-proxies: 127.0.0.1
`,
  );
  await Promise.all([0, 1, 2].map((index) => startReplica(index)));
  proxy = await startHaproxy(
    replicas.map(({ url }) => url),
    '/health/live',
  );
});
afterAll(async () => {
  await proxy?.stop();
  for (const { server } of replicas) {
    signalProcess(server.child, 'SIGKILL');
    await server.ended;
  }
  await redis?.stop();
  await archive?.stop();
  await folder?.remove();
});
beforeEach(() => {
  archive.questions.length = 0;
  archive.prompt = true;
});

async function startReplica(index: number, port = 0): Promise<void> {
  const args = ['--connectors-config', configuration, '--port', String(port)];
  const server = await runBuiltServer(args, folder.path);
  replicas[index] = { server, url: await server.address() };
}

async function launch(base: string, query: string): Promise<string> {
  const response = await fetch(`${base}/display?${query}`, { redirect: 'manual' });
  expect(response.status).toBe(302);
  const command = decodeURIComponent((response.headers.get('location') ?? '').replaceAll('+', ' '));
  return /-w "([^"]+)"/.exec(command)?.[1] ?? command;
}

async function get(url: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { headers: { accept: 'application/xml' } });
  return { status: response.status, text: await response.text() };
}

async function until<Value>(
  find: () => Value | undefined | false | Promise<Value | undefined | false>,
): Promise<Value> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const found = await find();
    if (found) return found;
    if (Date.now() > deadline) throw new Error('did not come about within 2 minutes');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const asked = () => until((): AskedQuestion | undefined => archive.questions[0]);
const readiness = async (url: string) => {
  const response = await fetch(`${url}/health/ready`);
  const { details } = (await response.json()) as { details: { cache: { status: string } } };
  return { http: response.status, cache: details.cache.status };
};

it('any replica answers any key, at the address of the proxy; 200 callers at once make one question', async () => {
  archive.prompt = false;
  const address = await launch(proxy.url, 'studyUID=1.1');
  expect(address).toMatch(new RegExp(`^${proxy.url}/manifest\\?key=`));
  const waiting = Array.from({ length: 200 }, () => get(address));
  const question = await asked();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(archive.questions).toHaveLength(1);
  question.answer();
  const answers = await Promise.all(waiting);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(answers[0]?.text).toContain('SOPInstanceUID="1.1.1.3"');
  for (const { url } of replicas) expect((await get(address.replace(proxy.url, url))).text).toBe(answers[0]?.text);
  expect(await launch(replicas[2]?.url ?? '', 'studyUID=1.1')).toContain(address.split('key=')[1]);
  expect(archive.questions).toHaveLength(1);
});

it('a replica that is killed while it builds is replaced by another, and those who wait get the manifest', async () => {
  archive.prompt = false;
  const address = await launch(proxy.url, 'studyUID=1.2');
  const question = await asked();
  const waiting = Array.from({ length: 12 }, () => get(address));
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(archive.questions).toHaveLength(1);
  const index = replicas.findIndex(({ server }) => server.child.pid === question.pid);
  const { server, url } = replicas[index] as (typeof replicas)[number];
  signalProcess(server.child, 'SIGKILL');
  await server.ended;
  archive.prompt = true;
  for (const { status, text } of await Promise.all(waiting)) {
    expect(status).toBe(200);
    expect(text).toContain('SOPInstanceUID="1.2.1.3"');
  }
  expect(archive.questions).toHaveLength(2);
  expect(archive.questions[1]?.pid).not.toBe(question.pid);
  await startReplica(index, Number(new URL(url).port));
});

it('the archive is no longer asked when the viewer goes away, or the server stops', async () => {
  archive.prompt = false;
  const address = await launch(replicas[0]?.url ?? '', 'studyUID=1.3');
  const question = await asked();
  const leaving = new AbortController();
  const gone = fetch(address, { signal: leaving.signal }).catch(() => 'gone');
  await new Promise((resolve) => setTimeout(resolve, 300));
  leaving.abort();
  expect(await gone).toBe('gone');
  await question.cancelled;

  const { server, url } = replicas[0] as (typeof replicas)[number];
  archive.questions.length = 0;
  await launch(url, 'studyUID=1.4');
  const next = await asked();
  signalProcess(server.child, 'SIGTERM');
  await next.cancelled;
  expect([0, 'SIGTERM']).toContain(await server.ended);
  await startReplica(0, Number(new URL(url).port));
});

it('launches work on the replica that took them while Redis is away; readiness says so; all are shared again after', async () => {
  const [a, b] = replicas.map(({ url }) => url) as [string, string];
  expect(await readiness(a)).toEqual({ http: 200, cache: 'up' });
  const { port } = redis;
  redis.signal('SIGKILL');
  await redis.stop();
  const alone = await launch(a, 'studyUID=1.5');
  expect((await get(alone)).text).toContain('SOPInstanceUID="1.5.1.3"');
  expect((await get(alone.replace(a, b))).text).toContain('This launch has expired');
  expect(await readiness(a)).toEqual({ http: 200, cache: 'degraded' });
  expect(replicas[0]?.server.output()).toMatch(/Redis \(cache.url\) cannot be used \((ECONN\w+|no answer)\)/);

  redis = await startRedis({ password: 'pass word', port });
  await until(async () => {
    const states = await Promise.all(replicas.map(({ url }) => readiness(url)));
    return states.every(({ cache }) => cache === 'up');
  });
  const together = await launch(a, 'studyUID=1.6');
  expect((await get(together.replace(a, b))).text).toContain('SOPInstanceUID="1.6.1.3"');
  expect(archive.questions).toHaveLength(2);
});

it('no token and no identifier of a patient is in what the servers print', async () => {
  await get(await launch(proxy.url, 'studyUID=1.7&patientID=SECRETPATIENT&access_token=SECRETTOKEN'));
  for (const { server } of replicas) expect(server.output()).not.toContain('SECRET');
});
