import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { type OracleAddress } from '../../jdbc/index.js';
import { type Row } from '../../rows/row.js';
import { type ColumnType, type CompiledQuery } from '../../sql/index.js';
import { codes } from '../../errors/error-codes.js';
import { UnusableSettingError } from '../../errors/unusable-setting-error.js';
import { loadDriver } from '../driver.js';
import {
  BATCH_SIZE,
  type ConnectionPlan,
  type Credentials,
  type Engine,
  type RowBatches,
  type Timeouts,
} from '../engine.js';
import { type DatabaseFault } from '../faults.js';
import { dateText, keepWallClock } from './dates.js';
import { guardAnswers } from './answers.js';
import { oracleFault } from './faults.js';

/** The part of node-oracledb that we use. The package contains no types. */
interface OracleDriver {
  getConnection(settings: object): Promise<OracleConnection>;
  [type: `DB_TYPE_${string}`]: OracleType;
}
type OracleType = object;
interface OracleMetadata {
  name: string;
  dbType: OracleType;
}
export interface OracleConnection {
  callTimeout: number;
  execute(
    sql: string,
    bindings?: unknown[],
    options?: object,
  ): Promise<{
    resultSet: { metaData: OracleMetadata[]; getRows(count: number): Promise<Row[]>; close(): Promise<void> };
  }>;
  rollback(): Promise<void>;
  break(): Promise<void>;
  isHealthy(): boolean;
  close(options: { drop: boolean }): Promise<void>;
}

/** Reads Oracle Database with node-oracledb in its thin mode, which needs no client library. */
export class OracleEngine implements Engine<OracleConnection> {
  readonly name = 'Oracle';
  readonly ping = 'select 1 from dual';
  readonly place: string;
  private driver!: OracleDriver;

  constructor(
    private readonly address: OracleAddress,
    private readonly credentials: Credentials,
    private readonly timeouts: Timeouts,
  ) {
    const hosts = address.hosts.map(({ host, port }) => `${host}:${port}`).join(',');
    this.place = hosts ? `${hosts}/${address.serviceName ?? address.sid ?? ''}` : address.connectString;
  }

  async plan(): Promise<ConnectionPlan> {
    this.driver = loadDriver('oracledb', this.name);
    keepWallClock();
    guardAnswers();
    const { connectString, configDir, walletPassword } = this.address;
    const { user } = this.credentials;
    if (!user) {
      throw new UnusableSettingError(
        codes['db.login.unsupported'],
        'the JDBC URL asks for a login without a user (by a wallet, Kerberos or the operating system), which is not supported',
        'Set db-connector.user and db-connector.password.',
      );
    }
    const walletLocation = await this.walletLocation();
    const settings = {
      ...this.credentials,
      connectString,
      configDir,
      // The driver closes the socket if the server does not answer in this time.
      connectTimeout: Math.ceil(this.timeouts.connectMs / 1000),
      ...(walletLocation && { walletLocation }),
      ...(walletPassword && { walletPassword }),
    };
    return { client: 'oracledb', attempts: [settings] };
  }

  /**
   * Returns the folder of the wallet that the URL names, or that of `tnsnames.ora` if a wallet is there.
   *
   * @throws UnusableSettingError if the wallet that the URL names cannot be read
   */
  private async walletLocation(): Promise<string | undefined> {
    const { connectString, configDir, walletLocation: named, hosts } = this.address;
    const folder = named ?? configDir;
    // Without TLS, the wallet is not read.
    if (!folder || (hosts.length > 0 && !/tcps/i.test(connectString))) return named;
    const file = join(folder, 'ewallet.pem');
    try {
      await access(file, constants.R_OK);
      return folder;
    } catch (error) {
      if (!named) return undefined;
      throw new UnusableSettingError(
        codes['db.wallet.not-readable'],
        `the wallet ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`,
        'Convert the wallet: openssl pkcs12 -in ewallet.p12 -out ewallet.pem. Check the permissions of the file.',
        error,
      );
    }
  }

  /** Connects with the driver itself, because knex's client does not pass on the folder of an alias or a time-out. */
  async connect(settings: object): Promise<OracleConnection> {
    const pending = this.driver.getConnection(settings);
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      const error = Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' });
      timer = setTimeout(() => {
        reject(error);
        pending.then((connection) => connection.close({ drop: true })).catch(() => undefined);
      }, this.timeouts.connectMs);
    });
    return Promise.race([pending, timeout]).finally(() => clearTimeout(timer));
  }

  async prepare(connection: OracleConnection): Promise<void> {
    // Kept by the driver, which ends the call in the server.
    connection.callTimeout = this.timeouts.statementMs;
    // For dates and numbers that the select, or a comparison, converts to text.
    await connection.execute(
      `alter session set nls_date_format = 'YYYY-MM-DD HH24:MI:SS' nls_timestamp_format = 'YYYY-MM-DD HH24:MI:SS.FF6' nls_timestamp_tz_format = 'YYYY-MM-DD HH24:MI:SS.FF6 TZH:TZM' nls_numeric_characters = '.,'`,
    );
  }

  async begin(connection: OracleConnection): Promise<void> {
    await connection.execute('set transaction read only');
  }

  async query(connection: OracleConnection, { sql, bindings }: CompiledQuery): Promise<RowBatches> {
    const { driver } = this;
    // As CHAR, because the padding of a CHAR column then does not count. As NCHAR if the character set of the database may not
    // contain a character, because Oracle would replace it by a similar one.
    const values = bindings.map((val) => ({
      val,
      type: /^[\x20-\x7e]*$/.test(String(val)) ? driver.DB_TYPE_CHAR : driver.DB_TYPE_NCHAR,
    }));
    const { resultSet } = await connection.execute(sql, values, {
      resultSet: true,
      fetchArraySize: BATCH_SIZE,
      prefetchRows: BATCH_SIZE,
      fetchTypeHandler: ({ dbType }: OracleMetadata) => this.fetchType(dbType),
    });
    return {
      columns: resultSet.metaData.map(({ name }) => name),
      types: resultSet.metaData.map(({ dbType }) => this.columnType(dbType)),
      batches: (async function* () {
        try {
          for (;;) {
            const rows = await resultSet.getRows(BATCH_SIZE);
            if (rows.length > 0) yield rows;
            if (rows.length < BATCH_SIZE) return;
          }
        } finally {
          await resultSet.close();
        }
      })(),
    };
  }

  async end(connection: OracleConnection): Promise<void> {
    await connection.rollback();
  }

  async cancel(connection: OracleConnection): Promise<void> {
    await connection.break();
  }

  isAlive(connection: OracleConnection): boolean {
    return connection.isHealthy();
  }

  destroy(connection: OracleConnection): void {
    connection.close({ drop: true }).catch(() => undefined);
  }

  fault(error: unknown): DatabaseFault | undefined {
    return oracleFault(error);
  }

  private columnType(dbType: OracleType): ColumnType {
    const { driver } = this;
    if (dbType === driver.DB_TYPE_NUMBER) return 'numeric';
    if (dbType === driver.DB_TYPE_BINARY_FLOAT) return 'real';
    if (dbType === driver.DB_TYPE_BINARY_DOUBLE) return 'double';
    const texts = [driver.DB_TYPE_VARCHAR, driver.DB_TYPE_CHAR, driver.DB_TYPE_NVARCHAR, driver.DB_TYPE_NCHAR];
    return texts.includes(dbType) ? 'text' : 'other';
  }

  /** Returns how the driver reads a type: as text, except bytes. */
  private fetchType(dbType: OracleType): { type?: OracleType; converter?: (value: unknown) => unknown } {
    const { driver } = this;
    // The driver's default for these types is a date.
    const { DB_TYPE_DATE, DB_TYPE_TIMESTAMP, DB_TYPE_TIMESTAMP_TZ, DB_TYPE_TIMESTAMP_LTZ } = driver;
    if ([DB_TYPE_DATE, DB_TYPE_TIMESTAMP, DB_TYPE_TIMESTAMP_TZ, DB_TYPE_TIMESTAMP_LTZ].includes(dbType)) {
      const type = dbType === DB_TYPE_TIMESTAMP_LTZ ? undefined : dbType;
      return { type, converter: (value) => (value instanceof Date ? dateText(value) : value) };
    }
    if ([driver.DB_TYPE_BLOB, driver.DB_TYPE_RAW, driver.DB_TYPE_LONG_RAW].includes(dbType)) {
      return { type: driver.DB_TYPE_RAW as OracleType };
    }
    return { type: driver.DB_TYPE_VARCHAR as OracleType };
  }
}
