import { type Knex } from 'knex';
import { type Row } from '../rows/row.js';
import { type DatabaseFault } from './faults.js';
import { type ColumnType, type CompiledQuery } from '../sql/index.js';

/** Rows per batch: a millisecond of work, so that other requests get their turn in between, and eight of them one turn of the loop. */
export const BATCH_SIZE = 200;

/** The rows of one statement as they come. */
export interface RowBatches {
  /** Column names in the order of the row's values, as the database gives them. */
  columns: readonly string[];
  /** What each column holds, as far as values are compared with it. */
  types: readonly ColumnType[];
  batches: AsyncIterable<readonly Row[]>;
}

export interface Credentials {
  user?: string;
  password?: string;
}

export interface Timeouts {
  /** For making a connection, milliseconds. */
  connectMs: number;
  /** For one statement, milliseconds: kept by the server where it can. */
  statementMs: number;
}

/** How knex makes connections. */
export interface ConnectionPlan {
  /** knex's name of the client, or a client of our own. */
  client: Knex.Config['client'];
  /** Settings for one connection each, in the order in which they are tried: several hosts, with TLS and without. */
  attempts: object[];
}

/**
 * One database product: how its driver is set up and spoken to. `Connection` is the driver's own.
 *
 * Every value comes as text or in a form that `textOf` turns into the text that the database shows: dates and times as the
 * wall clock of the column, numbers without rounding.
 */
export interface Engine<Connection = unknown> {
  /** Its name where people read it. */
  readonly name: string;
  /** Where it is, for messages: `host:port/database` or a file. */
  readonly place: string;
  /** The cheapest statement. */
  readonly ping: string;
  /** Loads the driver and reads the files that the address names. @throws UnusableSettingError */
  plan(): Promise<ConnectionPlan>;
  /** Makes a connection; where it is not given, knex does. */
  connect?(settings: object): Promise<Connection>;
  /** Whether an attempt with `settings` is worth a try after this error of an earlier one; where it is not given, none is. */
  triesNext?(error: unknown, settings: object): boolean;
  /** Once for each new connection, made with `settings`. */
  prepare(connection: Connection, settings: object): Promise<void>;
  /** Begins what cannot write. */
  begin(connection: Connection): Promise<void>;
  query(connection: Connection, query: CompiledQuery): Promise<RowBatches>;
  /** Ends what {@link begin} began; afterwards the connection may be used again. */
  end(connection: Connection): Promise<void>;
  /**
   * Ends in the server what runs on `connection`, which is not used again afterwards.
   *
   * @param open makes a second connection to the same server, outside the pool.
   */
  cancel(connection: Connection, open: () => Promise<Connection>): Promise<void>;
  /** Whether an idle connection is still one; where it is not given, knex tells. */
  isAlive?(connection: Connection): boolean;
  /** Lets go of the connection at once, without a word to the server. */
  destroy(connection: Connection): void;
  /** What an error of the driver means; `undefined` where it says nothing that is known. */
  fault(error: unknown): DatabaseFault | undefined;
}
