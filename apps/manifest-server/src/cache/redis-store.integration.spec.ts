import { setMaxListeners } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { type RedisService, run, startRedis } from '@pacs-connectors/test-services';
import { type CachedManifest } from './cached-manifest.js';
import { ManifestCache } from './manifest-cache.js';
import { type BuildProgress } from './manifest-cache-options.js';
import { connectRedis } from './redis-connection.js';
import { recordName, Seal } from './seal.js';

interface Question {
  patient: string;
  parts?: number;
}

const forever = new AbortController().signal;
setMaxListeners(0, forever);
const seal = new Seal('the same in every replica');
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
let redis: RedisService;
let replicas: Replica[];

/** One replica of the server: a cache whose builds end when the test says so. */
class Replica {
  readonly builds: {
    question: Question;
    signal: AbortSignal;
    finish(text: string): void;
    parts: BuildProgress['parts'];
  }[] = [];
  readonly seen: boolean[] = [];
  readonly cache: ManifestCache<Question>;

  constructor(builtBy?: string) {
    this.cache = new ManifestCache<Question>({
      builtBy: () => builtBy ?? '',
      shared: connectRedis({ url: redis.url, password: 'pass word' }, seal),
      signingKey: seal.signingKey,
      onSharedStore: (reachable) => this.seen.push(reachable),
      partsOf: ({ parts }) => parts ?? 1,
      build: (question, signal, { parts }) =>
        new Promise<CachedManifest>((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
          const finish = (text: string) => resolve(manifestOf(text, builtBy));
          this.builds.push({ question, signal, finish, parts });
        }),
    });
    replicas.push(this);
  }

  async ready(): Promise<this> {
    await until(() =>
      this.cache.shared.check().then(
        () => true,
        () => false,
      ),
    );
    return this;
  }

  async text(key: string, part?: number): Promise<string | undefined> {
    return (await this.cache.get(key, forever, part))?.xml.toString();
  }
}

function manifestOf(text: string, builtBy?: string): CachedManifest {
  return { complete: true, xml: Buffer.from(text), json: Buffer.from('{}'), tag: text, found: [], builtBy };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('did not come about within 2 minutes');
    await pause(20);
  }
}

beforeAll(async () => {
  redis = await startRedis({ password: 'pass word' });
});
afterAll(() => redis?.stop());
beforeEach(() => {
  replicas = [];
});
afterEach(async () => {
  await Promise.all(replicas.map((replica) => replica.cache.close()));
});

const redisCli = (...args: string[]) =>
  run('redis-cli', ['-p', String(redis.port), ...args], { env: { ...process.env, REDISCLI_AUTH: 'pass word' } });

it('any replica answers any key, and one question is built once', async () => {
  const [a, b, c] = [await new Replica().ready(), await new Replica().ready(), await new Replica().ready()];
  const key = await a.cache.launch({ patient: 'Doe' });
  expect(await b.cache.launch({ patient: 'Doe' })).toBe(key);
  const waiting = [a, b, c].flatMap((replica) => Array.from({ length: 70 }, () => replica.text(key)));
  await until(() => a.builds.length + b.builds.length + c.builds.length > 0);
  await pause(300);
  expect(replicas.flatMap((replica) => replica.builds)).toHaveLength(1);
  const finished = Date.now();
  // Commands time out in a process that stalls for a second, which then builds without Redis. Such a build ends too.
  const finishing = setInterval(() => {
    for (const { builds } of replicas) for (const build of builds) build.finish('<Doe/>');
  });
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['<Doe/>']));
  clearInterval(finishing);
  // Woken by message, not by the claim's lapse (6 s).
  expect(Date.now() - finished).toBeLessThan(5000);
  expect(await (await new Replica().ready()).text(key)).toBe('<Doe/>');
});

it('keeps nothing in Redis that can be read or that opens a manifest', async () => {
  const a = await new Replica().ready();
  const key = await a.cache.launch({ patient: 'Secret^Name' });
  await until(() => a.builds.length === 1);
  a.builds[0]?.finish('<Secret^Name/>');
  await a.text(key);
  const names = (await redisCli('--scan')).trim().split('\n');
  expect(names.some((name) => name.startsWith('pacs-connectors:manifest:'))).toBe(true);
  const values = await Promise.all(names.map((name) => redisCli('get', name)));
  for (const text of [...names, ...values]) {
    expect(text).not.toContain(key);
    expect(text).not.toContain('Secret');
  }
  for (const name of names) expect(Number(await redisCli('pttl', name))).toBeGreaterThan(0);
});

it('another replica takes over when the one that builds goes away', async () => {
  const [a, b] = [await new Replica().ready(), await new Replica().ready()];
  const key = await a.cache.launch({ patient: 'leaving' });
  await until(() => a.builds.length === 1);
  const waiting = b.text(key);
  await pause(100);
  expect(b.builds).toHaveLength(0);
  await a.cache.close();
  await until(() => b.builds.length === 1);
  b.builds[0]?.finish('<b/>');
  expect(await waiting).toBe('<b/>');
});

it('any replica answers with the parts of a launch; one that takes over begins with those that are there', async () => {
  const [a, b] = [await new Replica('x').ready(), await new Replica('x').ready()];
  const key = await a.cache.launch({ patient: 'in parts', parts: 3 });
  await until(() => a.builds.length === 1);
  const first = b.text(key, 1);
  await a.builds[0]?.parts?.keep(manifestOf('first', 'x'));
  expect(await first).toBe('first');
  const second = b.text(key, 2);
  await pause(100);
  expect(b.builds).toHaveLength(0);
  await a.cache.close();
  await until(() => b.builds.length === 1);
  expect(b.builds[0]?.parts?.given.map(({ tag }) => tag)).toEqual(['first']);
  await b.builds[0]?.parts?.keep(manifestOf('second', 'x'));
  expect(await second).toBe('second');
  await b.builds[0]?.parts?.keep(manifestOf('third', 'x'));
  b.builds[0]?.finish('whole');
  expect(await b.text(key)).toBe('whole');
  const c = await new Replica('x').ready();
  expect([await c.text(key, 1), await c.text(key, 3), await c.text(key)]).toEqual(['first', 'third', 'whole']);
});

it('a replica of another configuration hands out no manifest but its own', async () => {
  const [a, b] = await Promise.all([new Replica('old').ready(), new Replica('new').ready()]);
  const key = await a.cache.launch({ patient: 'changed' });
  await until(() => a.builds.length === 1);
  const there = b.text(key);
  a.builds[0]?.finish('of the old one');
  expect(await a.text(key)).toBe('of the old one');
  await until(() => b.builds.length === 1);
  b.builds[0]?.finish('of the new one');
  expect(await there).toBe('of the new one');
  expect(await a.text(key)).toBe('of the old one');
  expect([a.builds.length, b.builds.length]).toEqual([1, 1]);
});

it('launches work on the replica that took them while Redis is away, and are shared again when it is back', async () => {
  const [a, b] = [await new Replica().ready(), await new Replica().ready()];
  const { port } = redis;
  await redis.stop();
  const key = await a.cache.launch({ patient: 'alone' });
  await until(() => a.builds.length === 1);
  a.builds[0]?.finish('<alone/>');
  expect(await a.text(key)).toBe('<alone/>');
  await expect(a.cache.shared.check()).rejects.toThrow();
  expect(a.seen).toEqual([false]);

  redis = await startRedis({ password: 'pass word', port });
  await a.ready();
  await b.ready();
  const again = await a.cache.launch({ patient: 'together' });
  await until(() => a.builds.length === 2);
  const waiting = b.text(again);
  await pause(200);
  a.builds[1]?.finish('<together/>');
  expect(await waiting).toBe('<together/>');
  expect(b.builds).toHaveLength(0);
  expect(a.seen).toEqual([false, true]);
});

it('a build under way ends well when Redis dies meanwhile, for those who wait elsewhere too', async () => {
  const [a, b] = [await new Replica().ready(), await new Replica().ready()];
  const key = await a.cache.launch({ patient: 'midway' });
  await until(() => a.builds.length === 1);
  const waiting = [a.text(key), b.text(key)];
  await pause(200);
  const { port } = redis;
  await redis.stop();
  a.builds[0]?.finish('<a/>');
  expect(await waiting[0]).toBe('<a/>');
  // The other replica knows the question and asks for itself.
  await until(() => b.builds.length === 1);
  b.builds[0]?.finish('<b/>');
  expect(await waiting[1]).toBe('<b/>');
  redis = await startRedis({ password: 'pass word', port });
});

it('a Redis that hangs delays no launch but the first, and is shared again when it goes on', async () => {
  const [a, b] = [await new Replica().ready(), await new Replica().ready()];
  redis.signal('SIGSTOP');
  await a.cache.launch({ patient: 'first' });
  const begun = Date.now();
  const keys: string[] = [];
  for (const patient of ['x', 'y', 'z']) keys.push(await a.cache.launch({ patient }));
  for (let count = 0; count < 40; count++) await a.cache.launch({ patient: 'z' });
  // Half a second for each would be 20 s.
  expect(Date.now() - begun).toBeLessThan(10_000);
  await until(() => a.builds.length === 4);
  for (const { finish, question } of a.builds) finish(`<${question.patient}/>`);
  expect(await a.text(keys[2] ?? '')).toBe('<z/>');
  expect(a.seen).toEqual([false]);

  redis.signal('SIGCONT');
  await a.ready();
  await b.ready();
  const key = await a.cache.launch({ patient: 'after' });
  await until(() => a.builds.length === 5);
  a.builds[4]?.finish('<after/>');
  expect(await b.text(key)).toBe('<after/>');
  expect(a.seen).toEqual([false, true]);
});

const claimOf = async () => (await redisCli('--scan', '--pattern', 'pacs-connectors:claim:*')).trim();

it.each(['error', 'newListener', '__proto__', '', 'x'.repeat(100_000), recordName('any key')])(
  'drops and counts a message of others: %.20s',
  async (message) => {
    const a = await new Replica().ready();
    const key = await a.cache.launch({ patient: message.slice(0, 9) });
    await until(() => a.builds.length === 1);
    await until(async () => {
      await redisCli('publish', 'pacs-connectors:changed', message);
      return a.cache.statistics.foreign.message > 0;
    });
    a.builds[0]?.finish('<a/>');
    expect(await a.text(key)).toBe('<a/>');
  },
);

it.each([
  ['a text', ['set', 'CLAIM', 'somebody']],
  ['a text that expires in a year', ['set', 'CLAIM', 'somebody', 'EX', '31536000']],
  ['a list', ['rpush', 'CLAIM', 'somebody']],
])('takes over a claim of others without waiting for it: %s', async (_kind, command) => {
  const [a, b] = [await new Replica().ready(), await new Replica().ready()];
  const key = await a.cache.launch({ patient: `claimed ${_kind}` });
  await until(() => a.builds.length === 1);
  const name = await claimOf();
  await a.cache.close();
  await redisCli(...command.map((word) => word.replace('CLAIM', name)));
  const waiting = b.text(key);
  await until(() => b.builds.length === 1);
  expect(b.cache.statistics.foreign.claim).toBe(1);
  b.builds[0]?.finish('<b/>');
  expect(await waiting).toBe('<b/>');
  expect(await claimOf()).toBe('');
});

it('a claim of ours that has lost its end gets one, and waiting for it costs few commands', async () => {
  const [a, b] = [await new Replica().ready(), await new Replica().ready()];
  const key = await a.cache.launch({ patient: 'persisted' });
  await until(() => a.builds.length === 1);
  const name = await claimOf();
  const value = (await redisCli('get', name)).trim();
  await a.cache.close();
  await redisCli('set', name, value);
  const commands = async () => Number(/total_commands_processed:(\d+)/.exec(await redisCli('info', 'stats'))?.[1]);
  const before = await commands();
  const waiting = b.text(key);
  await until(async () => Number(await redisCli('pttl', name)) > 0);
  await until(() => b.builds.length === 1);
  expect((await commands()) - before).toBeLessThan(700);
  b.builds[0]?.finish('<b/>');
  expect(await waiting).toBe('<b/>');
});

it('counts records of others, and builds the manifest as if they were missing', async () => {
  const [a, b] = [await new Replica().ready(), await new Replica().ready()];
  const key = await a.cache.launch({ patient: 'overwritten' });
  await until(() => a.builds.length === 1);
  a.builds[0]?.finish('<a/>');
  await a.text(key);
  const [manifest, question] = ['manifest', 'question'].map((kind) => `pacs-connectors:${kind}:${recordName(key)}`);
  await redisCli('set', manifest ?? '', 'not sealed');
  await redisCli('del', question ?? '');
  await redisCli('rpush', question ?? '', 'not sealed');
  expect(await b.text(key)).toBeUndefined();
  expect(b.cache.statistics.foreign.record).toBe(2);
  expect(b.seen).toEqual([]);
});
