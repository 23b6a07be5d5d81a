import knex, { type Knex } from 'knex';
import { type ConnectionUse } from '@pacs-connectors/connector-core';
import { type ConnectionPlan, type Engine, type RowBatches } from './engine.js';
import { type CompiledQuery } from '../sql/index.js';

export interface DatabaseLimits {
  /** Connections that stay open when nothing is asked. */
  poolMin: number;
  /** Connections at most; further questions wait for one. */
  poolMax: number;
  /** Time to make a connection, milliseconds. */
  connectMs: number;
  /** Time for one statement, milliseconds. */
  statementMs: number;
}

/** What a question does with the connection it gets: one read-only transaction. */
export interface ReadOnlySession {
  query(query: CompiledQuery): Promise<RowBatches>;
}

/** Idle connections are closed after this time, milliseconds. */
const IDLE_TIMEOUT_MS = 30_000;
/** Time that an idle connection has to begin a transaction, milliseconds. */
const PROOF_MS = 2_000;
/** Connections are closed at this age, milliseconds: credentials and addresses of a server may change. */
const LIFETIME_MS = 30 * 60_000;
/** Time that the server's own time-out gets to answer first, milliseconds. */
const GRACE_MS = 5_000;
/** Time to have a statement ended in the server, milliseconds. */
const CANCEL_TIMEOUT_MS = 5_000;

/**
 * The connections to one database: knex's pool, opened when first needed, and what is done with each. A connection that is not
 * known to be as it was before is closed, never used again.
 */
export class Database {
  private knex?: Promise<Knex>;
  /** The same once it is there. */
  private opened?: Knex;
  /** What is under way, each with the way to end it. */
  private readonly runningReads = new Set<AbortController>();
  /** Questions that were given up, until their statement has ended in the server. */
  private readonly abandonedStatements = new Set<Promise<void>>();
  private isClosed = false;

  constructor(
    readonly engine: Engine,
    private readonly limits: DatabaseLimits,
  ) {}

  /**
   * Runs `work` in a read-only transaction on a connection of its own.
   *
   * Rejects at once with the signal's reason where `caller` ends it, or where it takes longer than connecting, waiting and
   * its statements may; the statement then ends in the server too. Else rejects with the driver's own error.
   */
  async read<Result>(work: (session: ReadOnlySession) => Promise<Result>, caller: AbortSignal): Promise<Result> {
    caller.throwIfAborted();
    if (this.isClosed) throw closedReason();
    const controller = new AbortController();
    const follow = () => controller.abort(caller.reason);
    caller.addEventListener('abort', follow, { once: true });
    this.runningReads.add(controller);
    try {
      return await this.readUntil(work, controller);
    } finally {
      caller.removeEventListener('abort', follow);
      this.runningReads.delete(controller);
    }
  }

  /** Ends what is under way, closes every connection. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const controller of this.runningReads) controller.abort(closedReason());
    await Promise.allSettled(this.abandonedStatements);
    const opened = await this.knex?.catch(() => undefined);
    this.knex = undefined;
    this.opened = undefined;
    await opened?.destroy();
  }

  /** Connections just now. */
  connections(): ConnectionUse {
    const pool = this.opened?.client.pool as TarnPool | undefined;
    return { inUse: pool?.numUsed() ?? 0, idle: pool?.numFree() ?? 0, limit: this.limits.poolMax };
  }

  private async readUntil<Result>(
    work: (session: ReadOnlySession) => Promise<Result>,
    controller: AbortController,
  ): Promise<Result> {
    const { signal } = controller;
    const client = (await this.open()).client as Knex.Client;
    const connection = await this.begun(client, signal);
    const timer = setTimeout(
      () => controller.abort(new DOMException('The statement took longer than its time-out', 'TimeoutError')),
      this.limits.statementMs + GRACE_MS,
    );
    const task = this.transaction(connection, work, signal);
    return new Promise<Result>((resolve, reject) => {
      const giveUp = () => {
        reject(signal.reason as Error);
        const left = this.abandon(client, connection, task).finally(() => this.abandonedStatements.delete(left));
        this.abandonedStatements.add(left);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      task.then(
        (result) => {
          if (signal.aborted) return;
          signal.removeEventListener('abort', giveUp);
          this.lastUsed.set(connection as object, performance.now());
          void client.releaseConnection(connection);
          resolve(result);
        },
        (error: unknown) => {
          if (signal.aborted) return;
          signal.removeEventListener('abort', giveUp);
          this.discard(client, connection);
          reject(error as Error);
        },
      );
    }).finally(() => clearTimeout(timer));
  }

  private async open(): Promise<Knex> {
    this.knex ??= this.connect();
    try {
      return (this.opened = await this.knex);
    } catch (error) {
      // A driver that was missing, a certificate that could not be read, may be there next time.
      this.knex = undefined;
      throw error;
    }
  }

  private async connect(): Promise<Knex> {
    const { limits } = this;
    const plan = await this.engine.plan();
    const silent = () => undefined;
    const opened = knex({
      client: plan.client,
      connection: plan.attempts[0],
      // Where knex knows the version it does not ask for it.
      version: 'latest',
      // knex prints what our errors say.
      log: { warn: silent, error: silent, deprecate: silent, debug: silent },
      pool: {
        min: limits.poolMin,
        max: limits.poolMax,
        acquireTimeoutMillis: limits.connectMs + limits.statementMs,
        // Every attempt keeps its own time.
        createTimeoutMillis: plan.attempts.length * limits.connectMs + GRACE_MS,
        idleTimeoutMillis: IDLE_TIMEOUT_MS,
      },
    });
    this.makeConnectionsBy(plan, opened.client as Knex.Client);
    return opened;
  }

  /** Has `client` go through the attempts of `plan` for each new connection. */
  private makeConnectionsBy(plan: ConnectionPlan, client: Knex.Client): void {
    const { engine } = this;
    const knexConnects = client.acquireRawConnection as (this: Knex.Client) => Promise<unknown>;
    const connect = async (settings: object): Promise<unknown> => {
      client.connectionSettings = settings;
      const connection = await (engine.connect ? engine.connect(settings) : knexConnects.call(client));
      try {
        await engine.prepare(connection, settings);
      } catch (error) {
        engine.destroy(connection);
        throw error;
      }
      this.openAgain.set(connection as object, () => connect(settings));
      this.openedAt.set(connection as object, performance.now());
      return connection;
    };
    client.acquireRawConnection = async () => {
      let failure: unknown;
      for (const settings of plan.attempts) {
        if (failure !== undefined && (this.isClosed || !engine.triesNext?.(failure, settings))) continue;
        try {
          return await connect(settings);
        } catch (error) {
          failure = error;
        }
      }
      throw failure;
    };
    if (engine.isAlive) {
      client.validateConnection = async (connection) => engine.isAlive?.(connection) ?? true;
      client.destroyRawConnection = async (connection) => engine.destroy(connection);
    }
  }

  /** For each connection, how to make another to the same server. */
  private readonly openAgain = new WeakMap<object, () => Promise<unknown>>();

  /** When each idle connection was used last, and when each was opened (`performance.now()`). */
  private readonly lastUsed = new WeakMap<object, number>();
  private readonly openedAt = new WeakMap<object, number>();
  /** Connections that were idle before this moment are not used: one of them did not respond any more. */
  private suspectBefore = 0;

  /**
   * Returns a connection of the pool that has begun its transaction. Firewalls and failovers leave idle connections open and silent, so
   * an idle one has little time to begin, and then a new one is opened.
   */
  private async begun(client: Knex.Client, signal: AbortSignal): Promise<unknown> {
    for (;;) {
      const connection = (await this.acquire(client, signal)) as object;
      const idleSince = this.lastUsed.get(connection);
      const isNew = idleSince === undefined;
      const age = performance.now() - (this.openedAt.get(connection) ?? 0);
      if (!isNew && (idleSince < this.suspectBefore || age > LIFETIME_MS)) {
        this.discard(client, connection);
        continue;
      }
      try {
        await within(this.engine.begin(connection), isNew ? this.limits.statementMs + GRACE_MS : PROOF_MS, signal);
        return connection;
      } catch (error) {
        this.discard(client, connection);
        signal.throwIfAborted();
        if (isNew) throw error;
        this.suspectBefore = performance.now();
      }
    }
  }

  /** A connection from the pool; waiting for it ends with `signal`. */
  private async acquire(client: Knex.Client, signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted();
    const pending = (client.pool as TarnPool).acquire();
    const abort = () => pending.abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      const connection = await pending.promise;
      if (signal.aborted) await client.releaseConnection(connection);
      signal.throwIfAborted();
      return connection;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  private async transaction<Result>(
    connection: unknown,
    work: (session: ReadOnlySession) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    const { engine } = this;
    const result = await work({
      async query(query) {
        signal.throwIfAborted();
        const rows = await engine.query(connection, query);
        return { ...rows, batches: untilAborted(rows.batches, signal) };
      },
    });
    await engine.end(connection);
    return result;
  }

  /** Ends in the server what runs on `connection`, then lets go of it. */
  private async abandon(client: Knex.Client, connection: unknown, task: Promise<unknown>): Promise<void> {
    const open = this.openAgain.get(connection as object) as () => Promise<unknown>;
    const ended = task.catch(() => undefined);
    const cancelled = this.engine.cancel(connection, open).catch(() => undefined);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, CANCEL_TIMEOUT_MS)));
    await Promise.race([Promise.all([ended, cancelled]), late]);
    clearTimeout(timer);
    this.discard(client, connection);
  }

  private discard(client: Knex.Client, connection: unknown): void {
    // The mark by which knex's pool knows that it must not hand it out again.
    Object.assign(connection as object, { __knex__disposed: 'discarded' });
    this.engine.destroy(connection);
    void client.releaseConnection(connection);
  }
}

/** Settles as `work` does; rejects after `ms` milliseconds, or if `signal` aborts. */
async function within(work: Promise<void>, ms: number, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let abort: (() => void) | undefined;
  const end = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new DOMException('The database did not begin a transaction in time', 'TimeoutError')),
      ms,
    );
    abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
    if (abort) signal.removeEventListener('abort', abort);
    work.catch(() => undefined);
  }
}

async function* untilAborted<Item>(items: AsyncIterable<Item>, signal: AbortSignal): AsyncGenerator<Item> {
  for await (const item of items) {
    signal.throwIfAborted();
    yield item;
  }
}

function closedReason(): DOMException {
  return new DOMException('The connector is closed', 'AbortError');
}

/** The part of tarn's pool, which is knex's, that is used here. */
interface TarnPool {
  acquire(): { promise: Promise<unknown>; abort(): void };
  numUsed(): number;
  numFree(): number;
}
