import { type Duplex } from 'node:stream';
import type * as mysql from 'mysql2';
import { type Connection, type ConnectionOptions, type QueryError } from 'mysql2';
import { type DatabaseHost, type MysqlAddress } from '../../jdbc/index.js';
import { type Row } from '../../rows/row.js';
import { type ColumnType, type CompiledQuery } from '../../sql/index.js';
import { codes } from '../../errors/error-codes.js';
import { UnusableSettingError } from '../../errors/unusable-setting-error.js';
import { loadDriver } from '../driver.js';
import { type ConnectionPlan, type Credentials, type Engine, type RowBatches, type Timeouts } from '../engine.js';
import { type DatabaseFault, serverTooOld } from '../faults.js';
import { guarded } from '../guarded-reader.js';
import { mysqlFault } from './faults.js';
import { denyPublicKeyRequest } from './public-key.js';
import { PushedRows } from '../pushed-rows.js';
import { readTlsFile, tlsOptions } from '../tls.js';

/** Types by their numbers in the protocol. Each integer type is the signed one that also contains its unsigned values. */
const COLUMN_TYPES: Record<number, ColumnType> = {
  1: 'integer', // TINY
  2: 'integer', // SHORT
  3: 'bigint', // LONG
  9: 'bigint', // INT24
  8: 'numeric', // LONGLONG
  0: 'numeric', // DECIMAL
  246: 'numeric', // NEWDECIMAL
  4: 'real', // FLOAT
  5: 'double', // DOUBLE
  7: 'other', // TIMESTAMP
  10: 'other', // DATE
  11: 'other', // TIME
  12: 'other', // DATETIME
  13: 'other', // YEAR
  16: 'other', // BIT
  245: 'other', // JSON
};

/** Reads MySQL and MariaDB with mysql2. */
export class MysqlEngine implements Engine<Connection> {
  readonly name = 'MySQL';
  readonly ping = 'select 1';
  readonly place: string;
  private driver!: typeof mysql;

  constructor(
    private readonly address: MysqlAddress,
    private readonly credentials: Credentials,
    private readonly timeouts: Timeouts,
  ) {
    this.place = `${address.hosts.map(({ host, port }) => `${host}:${port}`).join(',')}/${address.database ?? ''}`;
  }

  async plan(): Promise<ConnectionPlan> {
    this.driver = loadDriver('mysql2', this.name);
    const { address, credentials, timeouts } = this;
    const ssl = await tlsOptions(address.ssl);
    const publicKey = address.publicKeyFile ? await readTlsFile(address.publicKeyFile) : undefined;
    const ofHost = ({ host, port }: DatabaseHost) => ({
      host,
      port,
      user: credentials.user,
      password: credentials.password,
      database: address.database,
      connectTimeout: timeouts.connectMs,
      charset: address.collation ?? 'utf8mb4',
      compress: address.compress,
      enableKeepAlive: true,
      // Each length of a list of values is another statement, and the server limits how many it keeps.
      maxPreparedStatements: 8,
      // The following options return values as the text that the database shows.
      dateStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
      jsonStrings: true,
      rowsAsArray: true,
      ...(publicKey ? { authPlugins: pluginsWithKey(this.driver, publicKey) } : {}),
      // Logins by PAM and LDAP send the password itself.
      enableCleartextPlugin: ssl !== undefined && address.ssl.mode !== 'prefer',
      ...(ssl ? { ssl: { ...ssl, verifyIdentity: address.ssl.mode === 'verify-full' } } : {}),
    });
    return {
      client: 'mysql2',
      attempts: address.hosts
        .map(ofHost)
        .flatMap((one) => (address.ssl.mode === 'prefer' ? [one, { ...one, ssl: undefined }] : [one])),
    };
  }

  async connect(settings: ConnectionOptions): Promise<Connection> {
    const connection = this.driver.createConnection(settings);
    const protocol = connection as unknown as ProtocolConnection;
    if (!this.address.allowPublicKeyRetrieval) denyPublicKeyRequest(connection);
    protocol.handlePacket = guarded(protocol.handlePacket, (error) => protocol.stream.destroy(error));
    // The pool removes a connection with this mark.
    connection.on('error', (error) => Object.assign(connection, { __knex__disposed: error }));
    try {
      await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  /** @param settings Without TLS (mode `prefer`), they are for the same host again, and are tried only if it has no TLS. */
  triesNext(error: unknown, settings: { ssl?: object }): boolean {
    if (this.address.ssl.mode === 'prefer' && !settings.ssl) {
      return (error as QueryError).code === 'HANDSHAKE_NO_SSL_SUPPORT';
    }
    return mysqlFault(error)?.kind === 'unavailable';
  }

  async prepare(connection: Connection): Promise<void> {
    const rows = await all<[string]>(connection, 'select version()');
    const version = String(rows[0]?.[0]);
    if (/^[1-4]\.|^5\.[0-5]\./.test(version)) throw serverTooOld('MySQL 5.6 or MariaDB 10.0');
    // The time-out's setting has another name and unit in each product.
    const { statementMs } = this.timeouts;
    const setting = /mariadb/i.test(version)
      ? `max_statement_time = ${statementMs / 1000}`
      : `max_execution_time = ${statementMs}`;
    try {
      await all(connection, `set session ${setting}`);
    } catch (error) {
      // MySQL 5.6 and MariaDB 10.0 lack this setting. The connector ends their statements itself.
      if ((error as QueryError).errno !== UNKNOWN_SYSTEM_VARIABLE) throw error;
    }
    const { sessionVariables } = this.address;
    if (!sessionVariables) return;
    try {
      await all(connection, `set ${sessionVariables}`);
    } catch (error) {
      const { sqlState, message } = error as QueryError;
      if (sqlState === undefined) throw error;
      throw new UnusableSettingError(
        codes['db.url.invalid'],
        `the server rejects the session variables of the JDBC URL: ${message}`,
        'Correct sessionVariables or connectionTimeZone in the JDBC URL.',
      );
    }
  }

  async begin(connection: Connection): Promise<void> {
    await all(connection, 'start transaction read only');
  }

  async query(connection: Connection, { sql, bindings }: CompiledQuery): Promise<RowBatches> {
    // `execute` prepares the statement in the server, so values never become part of its text.
    const command = connection.execute({ sql, values: bindings as never[], rowsAsArray: true });
    const rows = new PushedRows(connection);
    let lengths: readonly number[] | undefined;
    const fields = await new Promise<readonly Field[]>((resolve, reject) => {
      const over = (error?: Error) => {
        connection.removeListener('error', over);
        rows.end(error);
        if (error) reject(error);
        else resolve([]);
      };
      command.on('fields', (packets: Field[] | undefined = []) => {
        lengths = zeroFilledLengths(packets);
        resolve(packets);
      });
      command.on('result', (row: unknown) => rows.push(zeroFilled(row as unknown[], lengths)));
      command.on('error', over);
      command.on('end', () => over());
      // The driver reports a lost connection here, but not to commands without a callback.
      connection.on('error', over);
    });
    return {
      columns: fields.map(({ name }) => name),
      types: fields.map(({ columnType }) => COLUMN_TYPES[columnType ?? -1] ?? 'text'),
      batches: rows,
    };
  }

  async end(connection: Connection): Promise<void> {
    await all(connection, 'rollback');
  }

  async cancel(connection: Connection, open: () => Promise<Connection>): Promise<void> {
    const second = await open();
    try {
      await all(second, `kill query ${connection.threadId}`);
    } finally {
      second.destroy();
    }
  }

  destroy(connection: Connection): void {
    connection.destroy();
  }

  fault(error: unknown): DatabaseFault | undefined {
    return mysqlFault(error);
  }
}

type PluginWithKey = (options: { serverPublicKey: Buffer }) => mysql.AuthPlugin;

/** Returns mysql2's plugins for logins by public key, with the server's key from a file. */
function pluginsWithKey(driver: unknown, serverPublicKey: Buffer): Record<string, mysql.AuthPlugin> {
  const { authPlugins } = driver as {
    authPlugins: Record<'caching_sha2_password' | 'sha256_password', PluginWithKey>;
  };
  return {
    caching_sha2_password: authPlugins.caching_sha2_password({ serverPublicKey }),
    sha256_password: authPlugins.sha256_password({ serverPublicKey }),
  };
}

/** What mysql2 reports about a column, beyond what its types declare. */
interface Field {
  name: string;
  columnType?: number;
  columnLength?: number;
  flags: number | string[];
}

const ZEROFILL_FLAG = 64;
const UNKNOWN_SYSTEM_VARIABLE = 1193;

/** The part of mysql2's reader of the protocol that is used here. */
interface ProtocolConnection {
  stream: Duplex;
  handlePacket(packet: unknown): void;
}

/** Returns the width of each ZEROFILL column, 0 for others; `undefined` if there is none. */
function zeroFilledLengths(fields: readonly Field[]): readonly number[] | undefined {
  const lengths = fields.map(({ flags, columnLength = 0 }) => (Number(flags) & ZEROFILL_FLAG ? columnLength : 0));
  return lengths.some((length) => length > 0) ? lengths : undefined;
}

/** Adds the zeros of ZEROFILL columns, which the server leaves to the client. */
function zeroFilled(row: unknown[], lengths: readonly number[] | undefined): Row {
  if (!lengths) return row;
  return row.map((value, index) =>
    value === null ? null : lengths[index] ? String(value).padStart(lengths[index], '0') : value,
  );
}

function all<Values extends unknown[]>(connection: Connection, sql: string): Promise<Values[]> {
  return new Promise((resolve, reject) =>
    connection.query({ sql, rowsAsArray: true }, (error, rows) =>
      error ? reject(error) : resolve(rows as unknown as Values[]),
    ),
  );
}
