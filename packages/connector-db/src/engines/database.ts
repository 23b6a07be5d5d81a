import knex, { type Knex } from 'knex';
import { type ConnectionUse } from '@pacs-connectors/connector-core';
import { type ConnectionPlan, type Engine, type RowBatches } from './engine.js';
import { type CompiledQuery } from '../sql/index.js';

export interface DatabaseLimits {
  /** How many connections stay open while no query runs. */
  poolMin: number;
  /** How many connections may be open at once. Further queries wait for one. */
  poolMax: number;
  /** How long making a connection may take, milliseconds. */
  connectMs: number;
  /** How long one statement may take, milliseconds. */
  statementMs: number;
}

/** One read-only transaction on one connection. */
export interface ReadOnlySession {
  query(query: CompiledQuery): Promise<RowBatches>;
}

/** Idle connections are closed after this time, milliseconds. */
const IDLE_TIMEOUT_MS = 30_000;
/** How long an idle connection may take to begin a transaction, milliseconds. */
const PROOF_MS = 2_000;
/** The age at which a connection is closed instead of used again, milliseconds. A server's address or login may change. */
const LIFETIME_MS = 30 * 60_000;
/** How much longer our own time-outs are than the server's, milliseconds. The server then reports its time-out first. */
const GRACE_MS = 5_000;
/** How long the server may take to end a cancelled statement, milliseconds. */
const CANCEL_TIMEOUT_MS = 5_000;

/**
 * Manages the connections to one database. knex's pool contains them and opens with the first query. After an error or an
 * abandoned statement, a connection is closed and never used again.
 */
export class Database {
  private knex?: Promise<Knex>;
  /** The result of {@link knex} once it has resolved. */
  private opened?: Knex;
  /** One controller for each running read; aborting it ends the read. */
  private readonly runningReads = new Set<AbortController>();
  /** Reads that were aborted and whose statement has not ended in the server yet. */
  private readonly abandonedStatements = new Set<Promise<void>>();
  private isClosed = false;

  constructor(
    readonly engine: Engine,
    private readonly limits: DatabaseLimits,
  ) {}

  /**
   * Runs `work` in a read-only transaction on one connection, which no other read uses meanwhile.
   *
   * If `caller` aborts, it rejects at once with the signal's reason. If the statements exceed their time, it rejects with a
   * `TimeoutError`. In both cases the statement also ends in the server. Other rejections are the driver's own errors.
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

  /** Aborts all running reads and closes every connection. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const controller of this.runningReads) controller.abort(closedReason());
    await Promise.allSettled(this.abandonedStatements);
    const opened = await this.knex?.catch(() => undefined);
    this.knex = undefined;
    this.opened = undefined;
    await opened?.destroy();
  }

  /** Returns how many connections are in use and idle at present. */
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
      // The operator may install a missing driver, or correct a certificate, before the next query.
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
      // Without a version, knex queries the server for it.
      version: 'latest',
      // knex would print what our errors already report.
      log: { warn: silent, error: silent, deprecate: silent, debug: silent },
      pool: {
        min: limits.poolMin,
        max: limits.poolMax,
        acquireTimeoutMillis: limits.connectMs + limits.statementMs,
        // Each attempt has its own time-out.
        createTimeoutMillis: plan.attempts.length * limits.connectMs + GRACE_MS,
        idleTimeoutMillis: IDLE_TIMEOUT_MS,
      },
    });
    this.makeConnectionsBy(plan, opened.client as Knex.Client);
    return opened;
  }

  /** Makes `client` try the attempts of `plan` in their order for each new connection. */
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

  /** For each connection, a function that opens another one to the same server. */
  private readonly openAgain = new WeakMap<object, () => Promise<unknown>>();

  /** When each idle connection was last used, and when each connection was opened (`performance.now()`). */
  private readonly lastUsed = new WeakMap<object, number>();
  private readonly openedAt = new WeakMap<object, number>();
  /** Connections last used before this time are discarded, because one of them stopped responding (`performance.now()`). */
  private suspectBefore = 0;

  /**
   * Returns a connection from the pool with its transaction begun. Firewalls and failovers leave idle connections open but
   * silent. An idle connection therefore gets only {@link PROOF_MS} to begin; if it fails, a new one is opened.
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

  /** Returns a connection from the pool. Rejects with the signal's reason if `signal` aborts while it waits. */
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

  /** Ends the statement of `connection` in the server, then discards the connection. */
  private async abandon(client: Knex.Client, connection: unknown, task: Promise<unknown>): Promise<void> {
    const open = this.openAgain.get(connection as object) as () => Promise<unknown>;
    const ended = task.catch(() => undefined);
    const cancelled = this.engine.cancel(connection, open).catch(() => undefined);
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise((resolve) => (timer = setTimeout(resolve, CANCEL_TIMEOUT_MS)));
    await Promise.race([Promise.all([ended, cancelled]), timeout]);
    clearTimeout(timer);
    this.discard(client, connection);
  }

  private discard(client: Knex.Client, connection: unknown): void {
    // knex's pool removes connections with this mark.
    Object.assign(connection as object, { __knex__disposed: 'discarded' });
    this.engine.destroy(connection);
    void client.releaseConnection(connection);
  }
}

/** Settles like `work`. Rejects with a `TimeoutError` after `ms` milliseconds, or with the signal's reason if it aborts. */
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

/** The methods that we use of tarn's pool, which contains knex's connections. */
interface TarnPool {
  acquire(): { promise: Promise<unknown>; abort(): void };
  numUsed(): number;
  numFree(): number;
}
