import { connect } from 'node:net';
import { type Duplex } from 'node:stream';
import type * as pg from 'pg';
import { type Client, type ClientConfig, type FieldDef, type Submittable } from 'pg';
import { type DatabaseHost, type PostgresqlAddress } from '../../jdbc/index.js';
import { type Row } from '../../rows/row.js';
import { numberText } from '../../rows/values.js';
import { type ColumnType, type CompiledQuery } from '../../sql/index.js';
import { loadDriver } from '../driver.js';
import {
  BATCH_SIZE,
  type ConnectionPlan,
  type Credentials,
  type Engine,
  type RowBatches,
  type Timeouts,
} from '../engine.js';
import { type DatabaseFault, serverTooOld } from '../faults.js';
import { guardData } from '../guarded-reader.js';
import { checkErrorMessages } from './error-messages.js';
import { postgresqlFault } from './faults.js';
import { tlsOptions } from '../tls.js';

/** Object identifiers of types (pg_type.dat). */
const BYTEA = 17;
const FLOAT4 = 700;
const FLOAT8 = 701;

const COLUMN_TYPES: Record<number, ColumnType> = {
  18: 'text', // "char"
  19: 'text', // name
  20: 'bigint',
  21: 'smallint',
  23: 'integer',
  25: 'text',
  [FLOAT4]: 'real',
  [FLOAT8]: 'double',
  705: 'text', // a constant
  1042: 'text', // char(n)
  1043: 'text', // varchar(n)
  1700: 'numeric',
};
/** From here on, types belong to extensions and users. citext is one, which compares as text in its own way. */
const FIRST_NORMAL_OBJECT_ID = 16_384;

function columnType({ dataTypeID }: FieldDef): ColumnType {
  return COLUMN_TYPES[dataTypeID] ?? (dataTypeID < FIRST_NORMAL_OBJECT_ID ? 'other' : 'text');
}

const asIs = (text: string) => text;
const PARSERS: Record<number, (text: string) => unknown> = {
  [BYTEA]: (text) => Buffer.from(text.slice(2), 'hex'),
  [FLOAT4]: (text) => numberText(Number(text)),
  [FLOAT8]: (text) => numberText(Number(text)),
};
const types = { getTypeParser: (oid: number) => PARSERS[oid] ?? asIs };

/** The part of pg-cursor that we use. The package contains no types. */
interface Cursor extends Submittable {
  read(count: number, done: (error: Error | undefined, rows: Row[], result?: { fields: FieldDef[] }) => void): void;
}
type CursorType = new (sql: string, values: unknown[], options: object) => Cursor;

/** The part of pg's reader of the protocol that is used here. */
interface ProtocolConnection {
  stream: Duplex;
  attachListeners(stream: Duplex): void;
}

/** pg's settings for one connection, and the kind of server that it has to reach. */
interface Settings extends ClientConfig {
  wanted?: 'primary' | 'secondary';
  /** Whether this attempt repeats the host without TLS. It is made only if the host has no TLS. */
  inTheClear?: boolean;
}

const WANTED_KINDS: Record<PostgresqlAddress['targetServerType'], Settings['wanted']> = {
  any: undefined,
  primary: 'primary',
  secondary: 'secondary',
  preferPrimary: 'primary',
  preferSecondary: 'secondary',
};

class WrongServerError extends Error {
  readonly code = 'ECONNREFUSED';

  constructor(wanted: string) {
    super(`not a ${wanted} server, which the JDBC URL wants (targetServerType)`);
  }
}

/** Reads PostgreSQL with pg and pg-cursor. */
export class PostgresqlEngine implements Engine<Client> {
  readonly name = 'PostgreSQL';
  readonly ping = 'select 1';
  readonly place: string;
  private driver!: typeof pg;
  private cursorType!: CursorType;
  private readonly prologue: string;

  constructor(
    private readonly address: PostgresqlAddress,
    private readonly credentials: Credentials,
    private readonly timeouts: Timeouts,
  ) {
    const hosts = address.hosts.map(({ host, port }) => `${host}:${port}`).join(',');
    this.place = `${hosts}/${address.database ?? credentials.user ?? ''}`;
    // For this transaction only: a connection pooler between may hand the session to others afterwards.
    this.prologue = [
      'BEGIN TRANSACTION READ ONLY',
      `SET LOCAL statement_timeout = ${timeouts.statementMs}`,
      'SET LOCAL datestyle = ISO',
      'SET LOCAL bytea_output = hex',
      ...(address.schema ? [`SET LOCAL search_path = ${schemaList(address.schema)}`] : []),
    ].join('; ');
  }

  async plan(): Promise<ConnectionPlan> {
    this.driver = loadDriver('pg', this.name);
    checkErrorMessages();
    this.cursorType = loadDriver('pg-cursor', this.name);
    const { address, credentials, timeouts } = this;
    const ssl = await tlsOptions(address.ssl);
    const ofHost = ({ host, port }: DatabaseHost): Settings => ({
      host,
      port,
      user: credentials.user,
      password: credentials.password,
      database: address.database ?? credentials.user,
      connectionTimeoutMillis: timeouts.connectMs,
      application_name: address.applicationName ?? 'pacs-connectors',
      options: address.options,
      keepAlive: true,
      ssl: ssl ?? false,
      ...(address.directTls && { sslnegotiation: 'direct' }),
      ...(address.channelBinding && { enableChannelBinding: true }),
    });
    const attempts = address.hosts
      .map(ofHost)
      .flatMap((one) =>
        address.ssl.mode === 'prefer' ? [one, { ...one, ssl: false as const, inTheClear: true }] : [one],
      );
    const wanted = WANTED_KINDS[address.targetServerType];
    const ofKind = attempts.map((one) => ({ ...one, wanted }));
    return {
      client: 'pg',
      attempts: address.targetServerType.startsWith('prefer') ? [...ofKind, ...attempts] : ofKind,
    };
  }

  async connect(settings: Settings): Promise<Client> {
    const client = new this.driver.Client(settings);
    const { connection } = client as unknown as { connection: ProtocolConnection };
    const attachListeners = connection.attachListeners.bind(connection);
    connection.attachListeners = (stream) => {
      guardData(stream);
      attachListeners(stream);
    };
    // The pool removes a connection with this mark.
    client.on('error', (error) => Object.assign(client, { __knex__disposed: error }));
    try {
      await client.connect();
      return client;
    } catch (error) {
      connection.stream.destroy();
      throw error;
    }
  }

  triesNext(error: unknown, { inTheClear }: Settings): boolean {
    const { code, message } = error as NodeJS.ErrnoException;
    // pg's words for the server's "no" to a request for TLS.
    if (inTheClear) return message === 'The server does not support SSL connections';
    // The server is of the wrong kind, starts up, shuts down or has too many connections. Another host may work.
    if (error instanceof WrongServerError || (code && ['57P03', '57P01', '53300'].includes(code))) return true;
    return postgresqlFault(error)?.kind === 'unavailable';
  }

  async prepare(connection: Client, { wanted }: Settings): Promise<void> {
    if (!wanted) return;
    const { rows } = await connection.query<{ standby: boolean }>('select pg_is_in_recovery() as standby');
    if ((rows[0]?.standby === true) !== (wanted === 'secondary')) throw new WrongServerError(wanted);
  }

  async begin(connection: Client): Promise<void> {
    try {
      await connection.query(this.prologue);
    } catch (error) {
      // bytea_output is the newest of these settings.
      throw (error as { code?: string }).code === '42704' ? serverTooOld('PostgreSQL 9.0') : error;
    }
  }

  async query(connection: Client, { sql, bindings }: CompiledQuery): Promise<RowBatches> {
    const cursor = connection.query(new this.cursorType(sql, bindings, { rowMode: 'array', types }));
    const read = () =>
      new Promise<{ rows: Row[]; fields: FieldDef[] }>((resolve, reject) =>
        cursor.read(BATCH_SIZE, (error, rows, result) =>
          error ? reject(error) : resolve({ rows, fields: result?.fields ?? [] }),
        ),
      );
    const first = await read();
    return {
      columns: first.fields.map(({ name }) => name),
      types: first.fields.map(columnType),
      batches: (async function* () {
        for (let { rows } = first; rows.length > 0;) {
          // The server sends the next batch while the caller handles this one.
          const next = rows.length === BATCH_SIZE ? read() : undefined;
          next?.catch(() => undefined);
          yield rows;
          if (!next) return;
          ({ rows } = await next);
        }
      })(),
    };
  }

  async end(connection: Client): Promise<void> {
    await connection.query('ROLLBACK');
  }

  /**
   * Sends a CancelRequest on a new connection, with the key of the session instead of a login. It also works through a pooler,
   * and if the server accepts no more logins. The server has to close that connection, because a pooler drops a request whose
   * sender closes first.
   *
   * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
   */
  async cancel(connection: Client): Promise<void> {
    const { host, port, processID, secretKey } = connection as unknown as {
      host: string;
      port: number;
      processID: number;
      secretKey: number;
    };
    const packet = Buffer.alloc(16);
    packet.writeInt32BE(16, 0);
    packet.writeInt32BE(80_877_102, 4);
    packet.writeInt32BE(processID, 8);
    packet.writeInt32BE(secretKey, 12);
    await new Promise<void>((resolve, reject) => {
      const socket = connect({ host, port, timeout: this.timeouts.connectMs });
      socket.on('error', reject);
      socket.on('timeout', () => socket.destroy());
      socket.on('close', () => resolve());
      socket.resume().write(packet);
    });
  }

  destroy(connection: Client): void {
    (connection as unknown as { connection: ProtocolConnection }).connection.stream.destroy();
  }

  fault(error: unknown): DatabaseFault | undefined {
    return postgresqlFault(error);
  }
}

/** Returns a list of schema names, and quotes each that is not quoted in the URL. */
function schemaList(schema: string): string {
  return schema
    .split(',')
    .map((name) => name.trim().replace(/^"(.*)"$/s, '$1'))
    .map((name) => `"${name.replaceAll('"', '""')}"`)
    .join(', ');
}
