import { afterEach, expect, it } from '@jest/globals';
import { startClusterRedis, startSentinelRedis, startTlsRedis } from '@pacs-connectors/test-services';
import { tagOf } from './cached-manifest.js';
import { ManifestCache } from './manifest-cache.js';
import { connectRedis, type RedisSettings } from './redis-connection.js';
import { Seal } from './seal.js';

const seal = new Seal('the same in every replica');
const running: { stop(): Promise<void> }[] = [];
const caches: ManifestCache<string>[] = [];

afterEach(async () => {
  await Promise.all(caches.splice(0).map((cache) => cache.close()));
  for (const service of running.splice(0)) await service.stop();
});

/** A replica whose manifests are made of the question and its own name. */
function replica(name: string, settings: RedisSettings): ManifestCache<string> {
  const build = async (question: string) => {
    const [xml, json] = [Buffer.from(`${name} ${question}`), Buffer.from('{}')];
    return { status: 200, complete: true, xml, json, tag: tagOf(xml, json), found: [] };
  };
  const cache = new ManifestCache<string>({ build, shared: connectRedis(settings, seal), signingKey: seal.signingKey });
  caches.push(cache);
  return cache;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('did not come about within 2 minutes');
    await pause(100);
  }
}

const answers = (cache: ManifestCache<string>) =>
  cache.shared.check().then(
    () => true,
    () => false,
  );
const ready = (cache: ManifestCache<string>) => until(() => answers(cache));

/** What `b` answers to a key of `a`, once `a` has built it. */
async function shared(a: ManifestCache<string>, b: ManifestCache<string>, question: string) {
  const key = await a.launch(question);
  await a.get(key, AbortSignal.timeout(20_000));
  return (await b.get(key, AbortSignal.timeout(20_000)))?.xml.toString();
}

it('over TLS, with a certificate of the site; without it, nothing is sent', async () => {
  const redis = await startTlsRedis('pass');
  running.push(redis);
  const settings = { url: redis.url, password: 'pass', caFile: redis.caFile };
  const [a, b] = [replica('a', settings), replica('b', settings)];
  await Promise.all([ready(a), ready(b)]);
  expect(await shared(a, b, 'x')).toBe('a x');
  const distrustful = replica('c', { url: redis.url, password: 'pass' });
  await new Promise((resolve) => setTimeout(resolve, 500));
  await expect(distrustful.shared.check()).rejects.toThrow();
});

it('is closed quietly at any moment of a TLS handshake, trusted or not', async () => {
  const redis = await startTlsRedis('pass');
  running.push(redis);
  // What nobody catches fails the test, and would end the server.
  const closed = Array.from({ length: 400 }, async (_, index) => {
    await pause(5 * index);
    const caFile = index % 2 === 0 ? redis.caFile : undefined;
    const store = connectRedis({ url: redis.url, password: 'pass', caFile }, seal);
    await pause(index % 31);
    await store.close();
    return store.check().then(
      () => 'open',
      () => 'closed',
    );
  });
  expect(new Set(await Promise.all(closed))).toEqual(new Set(['closed']));
  await pause(200);
});

it('by a sentinel, also after the master has died', async () => {
  const redis = await startSentinelRedis();
  running.push(redis);
  const [a, b] = [replica('a', redis), replica('b', redis)];
  await Promise.all([ready(a), ready(b)]);
  expect(await shared(a, b, 'x')).toBe('a x');
  redis.master.signal('SIGKILL');
  // Commands fail until the sentinel has chosen; the local manifest answers meanwhile.
  const key = await a.launch('y');
  expect((await a.get(key, AbortSignal.timeout(20_000)))?.xml.toString()).toBe('a y');
  let question = 0;
  await until(async () => (await shared(a, b, `z${++question}`)) === `a z${question}`);
  expect(await answers(a)).toBe(true);
});

it('in a cluster, whichever node holds a key', async () => {
  const redis = await startClusterRedis();
  running.push(redis);
  const [a, b] = [replica('a', redis), replica('b', redis)];
  await Promise.all([ready(a), ready(b)]);
  for (let question = 0; question < 12; question++) expect(await shared(a, b, String(question))).toBe(`a ${question}`);
});
