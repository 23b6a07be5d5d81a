import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type Cluster, type Redis } from 'ioredis';
import { recordName, type Seal } from './seal.js';
import { type Claim, type SharedStore } from './shared-store.js';

const CHANNEL = 'pacs-connectors:changed';
/** How long a claim is valid, milliseconds. Its replica renews it three times within that. */
const CLAIM_MS = 6000;

/** How long a check waits for a connection, milliseconds. */
const CONNECTION_MS = 1000;

/** The shortest time between two answers to a caller that waits, milliseconds. Many messages cost no more than a few reads. */
const SHORTEST_WAIT_MS = 20;
/** The largest record that is written or read, bytes. */
const MAX_RECORD = 64 * 1024 * 1024;

const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;
const RENEW = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0`;

/** Takes a claim that is not one of ours: `ARGV[3]` is its value, or empty if it is not a text. */
const TAKE = `local text = redis.call('type', KEYS[1]).ok == 'string'
if text and redis.call('get', KEYS[1]) ~= ARGV[3] then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1`;
/** Returns how long a claim is valid, milliseconds. One that is valid for longer than ours ever are, or forever, is shortened. */
const REMAINING = `local left = redis.call('pttl', KEYS[1])
if left ~= -1 and left <= tonumber(ARGV[1]) then return left end
redis.call('pexpire', KEYS[1], ARGV[1]) return tonumber(ARGV[1])`;

type Kind = 'question' | 'manifest' | 'claim';

/**
 * A {@link SharedStore} in Redis: standalone, sentinel or cluster. All content is encrypted. Records, claims and messages are
 * authenticated: what others write into Redis is counted and has no effect.
 */
export class RedisStore implements SharedStore {
  /** Wakes the callers that wait for a record, by the record's name. Names in messages are only looked up here. */
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly claims = new Set<NodeJS.Timeout>();
  /** Why there is no connection. The errors of commands do not say it. */
  connectionError?: Error;
  /** Number of records, claims and messages in Redis that are not from a replica with the same `cache.encryption-key`. */
  readonly foreign = { record: 0, claim: 0, message: 0 };

  /**
   * @param redis the connection for commands
   * @param subscriber another connection, since a subscribed one accepts no other commands
   */
  constructor(
    private readonly redis: Redis | Cluster,
    private readonly subscriber: Redis | Cluster,
    private readonly seal: Seal,
  ) {
    redis.on('error', (error: Error) => (this.connectionError = error));
    redis.on('ready', () => (this.connectionError = undefined));
    // No message arrives any more.
    redis.on('close', () => [...this.waiting.keys()].forEach((name) => this.wake(name)));
    subscriber.on('message', (_channel: string, message: string) => {
      const name = this.seal.verify(CHANNEL, message);
      if (name === undefined) this.foreign.message++;
      else this.wake(name);
    });
    // After each connection. When ioredis subscribes by itself and the connection closes, nobody catches the error, which would
    // end the process.
    subscriber.on('ready', () => subscriber.subscribe(CHANNEL).catch(() => undefined));
  }

  async writeQuestion(key: string, question: Buffer, ttlMs: number): Promise<void> {
    await this.write('question', key, question, ttlMs);
  }

  async writeManifest(key: string, manifest: Buffer, ttlMs: number): Promise<void> {
    if (ttlMs > 0) await this.write('manifest', key, manifest, ttlMs);
    await this.publish(key);
  }

  async read(key: string): Promise<{ question?: Buffer; manifest?: Buffer }> {
    const [question, manifest] = await Promise.all(
      (['question', 'manifest'] as const).map(async (kind) => {
        const name = this.nameOf(kind, key);
        // A record that another program wrote may be of any size and type.
        const sealed = await this.redis.getrangeBuffer(name, 0, MAX_RECORD).catch(undefinedIfNoText);
        if (sealed?.length === 0) return undefined;
        const plain = sealed && this.seal.open(name, sealed);
        if (!plain) this.foreign.record++;
        return plain;
      }),
    );
    return { question, manifest };
  }

  async touch(key: string, { manifestMs, questionMs }: { manifestMs: number; questionMs?: number }): Promise<void> {
    await Promise.all([
      this.redis.pexpire(this.nameOf('manifest', key), manifestMs),
      ...(questionMs === undefined ? [] : [this.redis.pexpire(this.nameOf('question', key), questionMs)]),
    ]);
  }

  async claim(key: string): Promise<Claim | undefined> {
    const name = this.nameOf('claim', key);
    const holder = this.seal.sign(name, randomBytes(16).toString('base64url'));
    if ((await this.redis.set(name, holder, 'PX', CLAIM_MS, 'NX')) !== 'OK' && !(await this.takeForeign(name, holder)))
      return undefined;
    const renewal = setInterval(() => {
      this.redis.eval(RENEW, 1, name, holder, CLAIM_MS).catch(() => undefined);
    }, CLAIM_MS / 3).unref();
    this.claims.add(renewal);
    return {
      release: async () => {
        clearInterval(renewal);
        this.claims.delete(renewal);
        await this.redis.eval(RELEASE, 1, name, holder);
        await this.publish(key);
      },
    };
  }

  async changed(key: string, signal: AbortSignal): Promise<void> {
    const record = recordName(key);
    const stop = new AbortController();
    const ended = { signal: AbortSignal.any([signal, stop.signal]) };
    const begun = performance.now();
    let wake = () => {};
    const woken = new Promise<void>((resolve) => (wake = resolve));
    // It listens before it reads, so that it misses no message in between.
    const others = this.waiting.get(record) ?? new Set();
    this.waiting.set(record, others.add(wake));
    try {
      const remaining = Number(await this.redis.eval(REMAINING, 1, this.nameOf('claim', key), CLAIM_MS));
      if (remaining < 0) return;
      const expired = pause(remaining + 20, undefined, ended);
      await Promise.race([woken, expired]);
      await pause(Math.max(0, SHORTEST_WAIT_MS - (performance.now() - begun)), undefined, ended);
    } finally {
      stop.abort();
      others.delete(wake);
      if (others.size === 0) this.waiting.delete(record);
    }
  }

  async check(): Promise<void> {
    // `once` also rejects with the error of a connection that fails.
    if (this.redis.status !== 'ready') await once(this.redis, 'ready', { signal: AbortSignal.timeout(CONNECTION_MS) });
    await this.redis.ping();
  }

  async close(): Promise<void> {
    for (const renewal of this.claims) clearInterval(renewal);
    for (const connection of [this.redis, this.subscriber]) disconnect(connection);
  }

  /** Takes a claim that no replica of ours has made. It may have no end. */
  private async takeForeign(name: string, holder: string): Promise<boolean> {
    const value = await this.redis.get(name).catch(undefinedIfNoText);
    // It has expired in the meantime.
    if (value === null || (value !== undefined && this.seal.verify(name, value) !== undefined)) return false;
    this.foreign.claim++;
    return (await this.redis.eval(TAKE, 1, name, holder, CLAIM_MS, value ?? '')) === 1;
  }

  private async publish(key: string): Promise<void> {
    await this.redis.publish(CHANNEL, this.seal.sign(CHANNEL, recordName(key)));
  }

  private wake(name: string): void {
    for (const wake of this.waiting.get(name) ?? []) wake();
  }

  private async write(kind: Kind, key: string, plain: Buffer, ttlMs: number): Promise<void> {
    const name = this.nameOf(kind, key);
    const sealed = this.seal.seal(name, plain);
    if (sealed.byteLength > MAX_RECORD) return;
    await this.redis.set(name, sealed, 'PX', Math.max(1, Math.round(ttlMs)));
  }

  private nameOf(kind: Kind, key: string): string {
    return `pacs-connectors:${kind}:${recordName(key)}`;
  }
}

/** Returns nothing for a record that is a list, a hash or the like. @throws any other error */
function undefinedIfNoText(error: Error): undefined {
  if (!error.message.startsWith('WRONGTYPE')) throw error;
}

/** Closes a connection. During a TLS handshake it may still emit the peer's alert, when ioredis does not listen any more. */
function disconnect(connection: Redis | Cluster): void {
  const nodes = 'nodes' in connection ? connection.nodes() : [connection];
  // There is no stream while a sentinel is asked.
  for (const { stream } of nodes as { stream?: NodeJS.EventEmitter }[]) stream?.on('error', () => undefined);
  connection.disconnect();
}
