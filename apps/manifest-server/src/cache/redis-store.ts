import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { type Cluster, type Redis } from 'ioredis';
import { recordName, type Seal } from './seal.js';
import { type Claim, type SharedStore } from './shared-store.js';

/** Emitted when the connection is lost, since no message arrives any more. */
const LOST = Symbol('lost');
const CHANNEL = 'pacs-connectors:changed';
/** How long a claim is valid, milliseconds. Its replica renews it three times within that. */
const CLAIM_MS = 6000;

/** How long a check waits for a connection, milliseconds. */
const CONNECTION_MS = 1000;

const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;
const RENEW = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0`;

type Kind = 'question' | 'manifest' | 'claim';

/** A {@link SharedStore} in Redis: standalone, sentinel or cluster. All content is encrypted. */
export class RedisStore implements SharedStore {
  private readonly events = new EventEmitter().setMaxListeners(0);
  private readonly claims = new Set<NodeJS.Timeout>();
  /** Why there is no connection. The errors of commands do not say it. */
  connectionError?: Error;

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
    redis.on('close', () => this.events.emit(LOST));
    subscriber.on('message', (_channel: string, name: string) => this.events.emit(name));
    // After each connection. When ioredis subscribes by itself and the connection closes, nobody catches the error, which would
    // end the process.
    subscriber.on('ready', () => subscriber.subscribe(CHANNEL).catch(() => undefined));
  }

  async writeQuestion(key: string, question: Buffer, ttlMs: number): Promise<void> {
    await this.write('question', key, question, ttlMs);
  }

  async writeManifest(key: string, manifest: Buffer, ttlMs: number): Promise<void> {
    if (ttlMs > 0) await this.write('manifest', key, manifest, ttlMs);
    await this.redis.publish(CHANNEL, recordName(key));
  }

  async read(key: string): Promise<{ question?: Buffer; manifest?: Buffer }> {
    const [question, manifest] = await Promise.all(
      (['question', 'manifest'] as const).map(async (kind) => {
        const name = this.nameOf(kind, key);
        const sealed = await this.redis.getBuffer(name);
        return sealed ? this.seal.open(name, sealed) : undefined;
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
    const holder = randomBytes(16).toString('base64url');
    if ((await this.redis.set(name, holder, 'PX', CLAIM_MS, 'NX')) !== 'OK') return undefined;
    const renewal = setInterval(() => {
      this.redis.eval(RENEW, 1, name, holder, CLAIM_MS).catch(() => undefined);
    }, CLAIM_MS / 3).unref();
    this.claims.add(renewal);
    return {
      release: async () => {
        clearInterval(renewal);
        this.claims.delete(renewal);
        await this.redis.eval(RELEASE, 1, name, holder);
        await this.redis.publish(CHANNEL, recordName(key));
      },
    };
  }

  async changed(key: string, signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const ended = AbortSignal.any([signal, stop.signal]);
    const woken = Promise.race([LOST, recordName(key)].map((event) => once(this.events, event, { signal: ended })));
    woken.catch(() => undefined);
    try {
      // It listens before it reads, so that it misses no message in between.
      const remaining = await this.redis.pttl(this.nameOf('claim', key));
      if (remaining <= 0) return;
      const expired = new Promise((resolve) => {
        const timer = setTimeout(resolve, Math.min(remaining, CLAIM_MS) + 20);
        stop.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
      });
      await Promise.race([woken, expired]);
    } finally {
      stop.abort();
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

  private async write(kind: Kind, key: string, plain: Buffer, ttlMs: number): Promise<void> {
    const name = this.nameOf(kind, key);
    await this.redis.set(name, this.seal.seal(name, plain), 'PX', Math.max(1, Math.round(ttlMs)));
  }

  private nameOf(kind: Kind, key: string): string {
    return `pacs-connectors:${kind}:${recordName(key)}`;
  }
}

/** Closes a connection. During a TLS handshake it may still emit the peer's alert, when ioredis does not listen any more. */
function disconnect(connection: Redis | Cluster): void {
  const nodes = 'nodes' in connection ? connection.nodes() : [connection];
  // There is no stream while a sentinel is asked.
  for (const { stream } of nodes as { stream?: NodeJS.EventEmitter }[]) stream?.on('error', () => undefined);
  connection.disconnect();
}
