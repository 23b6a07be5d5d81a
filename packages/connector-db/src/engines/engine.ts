import { type Knex } from 'knex';
import { type Row } from '../rows/row.js';
import { type DatabaseFault } from './faults.js';
import { type ColumnType, type CompiledQuery } from '../sql/index.js';

/**
 * The number of rows per batch, about a millisecond of work. Other requests run between batches. With the default pool, one
 * turn of the event loop handles up to eight batches.
 */
export const BATCH_SIZE = 200;

/** The rows of one statement, in batches as they arrive. */
export interface RowBatches {
  /** The column names as the database reports them, in the order of a row's values. */
  columns: readonly string[];
  /** The type of each column, which decides how values are compared with it. */
  types: readonly ColumnType[];
  batches: AsyncIterable<readonly Row[]>;
}

export interface Credentials {
  user?: string;
  password?: string;
}

export interface Timeouts {
  /** How long making a connection may take, milliseconds. */
  connectMs: number;
  /** How long one statement may take, milliseconds. The server enforces it if it can. */
  statementMs: number;
}

/** Says how knex makes connections. */
export interface ConnectionPlan {
  /** The name of knex's client, or our own client class. */
  client: Knex.Config['client'];
  /** The settings of each attempt to connect, in order. Attempts differ in their host, or in whether they use TLS. */
  attempts: object[];
}

/**
 * Adapts the driver of one database product. `Connection` is the driver's type.
 *
 * Each value of a row is text, or `textOf` converts it to the text that the database shows. Dates and times are the wall
 * clock of the column. Numbers are not rounded.
 */
export interface Engine<Connection = unknown> {
  /** The product's name in messages. */
  readonly name: string;
  /** The database's address in messages: `host:port/database` or a file. */
  readonly place: string;
  /** The cheapest statement of the product, for health checks. */
  readonly ping: string;
  /** Loads the driver and reads the files that the address names. @throws UnusableSettingError */
  plan(): Promise<ConnectionPlan>;
  /** Makes a connection. Default: knex makes it. */
  connect?(settings: object): Promise<Connection>;
  /** Returns whether to try the attempt with `settings` after `error` of an earlier attempt. Default: no. */
  triesNext?(error: unknown, settings: object): boolean;
  /** Prepares a new connection, which was made with `settings`. It is called once for each connection. */
  prepare(connection: Connection, settings: object): Promise<void>;
  /** Begins a read-only transaction, or one that {@link end} rolls back. */
  begin(connection: Connection): Promise<void>;
  query(connection: Connection, query: CompiledQuery): Promise<RowBatches>;
  /** Ends the transaction of {@link begin}. Afterwards the connection may be used again. */
  end(connection: Connection): Promise<void>;
  /**
   * Ends the statement of `connection` in the server. The connection is not used again afterwards.
   *
   * @param open makes a second connection to the same server, outside the pool.
   */
  cancel(connection: Connection, open: () => Promise<Connection>): Promise<void>;
  /** Returns whether an idle connection can still be used. Default: knex decides. */
  isAlive?(connection: Connection): boolean;
  /** Closes the connection at once, without notifying the server. */
  destroy(connection: Connection): void;
  /** Returns the meaning of a driver's error; `undefined` for an unknown error. */
  fault(error: unknown): DatabaseFault | undefined;
}
