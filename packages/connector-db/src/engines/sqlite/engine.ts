import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import knex from 'knex';
import { type SqliteAddress } from '../../jdbc/index.js';
import { type Row } from '../../rows/row.js';
import { type CompiledQuery } from '../../sql/index.js';
import { BATCH_SIZE, type ConnectionPlan, type Engine, type RowBatches, type Timeouts } from '../engine.js';
import { type DatabaseFault } from '../faults.js';
import { endProcess } from '../end-process.js';
import { sqliteFault } from './faults.js';

const PROCESS_FILE = fileURLToPath(new URL('./process.mjs', import.meta.url));

/** Provides knex's pool; {@link openSqlite} makes the connections. */
class SqliteClient extends knex.Client {
  _driver(): object {
    return {};
  }
}
// knex's constructor reads `driverName`, so the prototype must have it.
Object.assign(SqliteClient.prototype, { driverName: 'sqlite' });

/**
 * Reads SQLite files with `node:sqlite` if this Node.js has it, otherwise with better-sqlite3. Each connection is a process,
 * so a long statement does not block the server, and ending the process ends the statement.
 */
export class SqliteEngine implements Engine<SqliteConnection> {
  readonly name = 'SQLite';
  readonly ping = 'select 1';
  readonly place: string;

  constructor(
    private readonly address: SqliteAddress,
    private readonly timeouts: Timeouts,
  ) {
    this.place = address.file;
  }

  async plan(): Promise<ConnectionPlan> {
    return { client: SqliteClient, attempts: [{}] };
  }

  async connect(): Promise<SqliteConnection> {
    return openSqlite(this.address, this.timeouts.statementMs);
  }

  async prepare(): Promise<void> {
    // The process already opens the file read-only.
  }

  async begin(): Promise<void> {
    // Each statement is a transaction, and the connection is read-only.
  }

  async query(connection: SqliteConnection, query: CompiledQuery): Promise<RowBatches> {
    return connection.query(query);
  }

  async end(): Promise<void> {
    // `begin` does nothing.
  }

  async cancel(connection: SqliteConnection): Promise<void> {
    await connection.end();
  }

  isAlive(connection: SqliteConnection): boolean {
    return connection.alive;
  }

  destroy(connection: SqliteConnection): void {
    void connection.end();
  }

  fault(error: unknown): DatabaseFault | undefined {
    return sqliteFault(error);
  }
}

interface Failure {
  code?: string;
  /** SQLite's result code, which only node:sqlite reports. */
  errcode?: number;
  message: string;
}
type Answer = { error?: Failure; columns?: string[]; rows?: Row[]; done?: boolean };

/**
 * Starts the process of one connection.
 *
 * @param statementTimeoutMs How long a statement may take, milliseconds.
 * @throws Error (`EMFILE`, `EAGAIN` …) if the process cannot be started.
 */
async function openSqlite(address: SqliteAddress, statementTimeoutMs: number): Promise<SqliteConnection> {
  const options = JSON.stringify({ file: address.file, immutable: address.immutable, batchSize: BATCH_SIZE });
  const child = fork(PROCESS_FILE, [options], {
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // Only a started process can receive requests and be ended.
  await once(child, 'spawn');
  return new SqliteConnection(child, statementTimeoutMs);
}

/** One open database file in its own process. */
class SqliteConnection {
  private readonly ended: Promise<void>;
  /** Ends the running statement at its time-out. */
  private timer?: NodeJS.Timeout;
  private settle?: { resolve(answer: Answer): void; reject(error: Error): void };

  /** @param process A process that has started. */
  constructor(
    private readonly process: ChildProcess,
    private readonly statementTimeoutMs: number,
  ) {
    this.ended = new Promise((resolve) => {
      const over = () => {
        this.settle?.reject(Object.assign(new Error('the process of SQLite ended'), { code: 'ECONNRESET' }));
        resolve();
      };
      this.process.once('exit', over);
      this.process.on('error', over);
    });
    this.process.on('message', (answer: Answer) => {
      if (answer.error) this.settle?.reject(Object.assign(new Error(answer.error.message), answer.error));
      else this.settle?.resolve(answer);
    });
    // An idle connection must not keep the program running.
    this.process.unref();
    this.process.channel?.unref();
  }

  get alive(): boolean {
    return this.process.connected;
  }

  async query({ sql, bindings }: CompiledQuery): Promise<RowBatches> {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.timeOut(), this.statementTimeoutMs);
    const { columns = [] } = await this.ask({ sql, bindings });
    return {
      columns,
      // SQLite columns may contain values of any type. Conditions compare them as text and as numbers, whatever this says.
      types: columns.map(() => 'text'),
      batches: this.batches(),
    };
  }

  /** Ends the process, and with it the running statement. */
  async end(): Promise<void> {
    clearTimeout(this.timer);
    endProcess(this.process);
    await this.ended;
  }

  private async *batches(): AsyncGenerator<readonly Row[]> {
    for (let answer = await this.ask({}); ;) {
      // The process reads the next batch while the caller handles this one.
      const next = answer.done ? undefined : this.ask({});
      next?.catch(() => undefined);
      if (answer.rows && answer.rows.length > 0) yield answer.rows;
      if (!next) break;
      answer = await next;
    }
    clearTimeout(this.timer);
  }

  private timeOut(): void {
    this.settle?.reject(Object.assign(new Error('time-out'), { code: 'ETIME' }));
    void this.end();
  }

  private ask(request: object): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      this.settle = { resolve, reject };
      this.process.channel?.ref();
      this.process.send(request, (error) => {
        if (error) reject(Object.assign(error, { code: 'ECONNRESET' }));
      });
    }).finally(() => {
      this.settle = undefined;
      this.process.channel?.unref();
    });
  }
}
