import { type Readable } from 'node:stream';
import type * as tedious from 'tedious';
import { type SqlServerAddress } from '../../jdbc/index.js';
import { type ColumnType, type CompiledQuery } from '../../sql/index.js';
import { loadDriver } from '../driver.js';
import { type ConnectionPlan, type Credentials, type Engine, type RowBatches, type Timeouts } from '../engine.js';
import { codes } from '../../errors/error-codes.js';
import { type DatabaseFault } from '../faults.js';
import { guarded, UnreadableAnswerError } from '../guarded-reader.js';
import { keepExactValues, localTime } from './exact-values.js';
import { mssqlFault } from './faults.js';
import { PushedRows } from '../pushed-rows.js';
import { readTlsFile, readTrustStore } from '../tls.js';
import { UnusableSettingError } from '../../errors/unusable-setting-error.js';

const MONEY = { precision: 18, scale: 4 };
const SMALL_MONEY = { precision: 9, scale: 4 };
/** Types by their names, those of nullable columns with their length in bytes. */
const COLUMN_TYPES: Record<string, ColumnType> = {
  TinyInt: 'tinyint',
  SmallInt: 'smallint',
  Int: 'integer',
  BigInt: 'bigint',
  IntN1: 'tinyint',
  IntN2: 'smallint',
  IntN4: 'integer',
  IntN8: 'bigint',
  Real: 'real',
  Float: 'double',
  FloatN4: 'real',
  FloatN8: 'double',
  Money: MONEY,
  SmallMoney: SMALL_MONEY,
  MoneyN8: MONEY,
  MoneyN4: SMALL_MONEY,
  Char: 'text',
  VarChar: 'text',
  Text: 'text',
  NChar: 'text',
  NVarChar: 'text',
  NText: 'text',
};

/** The part of tedious's connection that reads answers. */
interface ProtocolConnection {
  socket?: { destroy(error: Error): void };
  createTokenStreamParser: ((message: unknown, handler: object) => { parser: Readable }) & { guarded?: true };
}

/** Makes a connection fail if tedious cannot read an answer. By default, tedious's exception would end the process. */
function guardAnswers({ Connection }: typeof tedious): void {
  const prototype = Connection.prototype as unknown as ProtocolConnection;
  const { createTokenStreamParser } = prototype;
  if (createTokenStreamParser.guarded) return;
  const create: ProtocolConnection['createTokenStreamParser'] = function (this: ProtocolConnection, message, handler) {
    const fail = (error: UnreadableAnswerError) => this.socket?.destroy(error);
    const safe = new Proxy(handler, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? guarded(value.bind(target) as () => unknown, fail) : value;
      },
    });
    const created = createTokenStreamParser.call(this, message, safe);
    created.parser.on('error', (error) => fail(new UnreadableAnswerError(error)));
    return created;
  };
  prototype.createTokenStreamParser = Object.assign(create, { guarded: true as const });
}

interface Column {
  colName: string;
  type: { name: string };
  dataLength?: number;
  precision?: number;
  scale?: number;
}

function columnType({ type: { name }, dataLength, precision, scale }: Column): ColumnType {
  if (precision !== undefined && scale !== undefined) return { precision, scale };
  return COLUMN_TYPES[name] ?? COLUMN_TYPES[`${name}${dataLength}`] ?? 'other';
}

/**
 * Reads Microsoft SQL Server with tedious. SQL Server has no read-only sessions, so the select runs in a transaction that is
 * always rolled back. Sites should configure a login with read permission only.
 */
export class MssqlEngine implements Engine<tedious.Connection> {
  readonly name = 'SQL Server';
  readonly ping = 'select 1';
  readonly place: string;
  private driver!: typeof tedious;

  constructor(
    private readonly address: SqlServerAddress,
    private readonly credentials: Credentials,
    private readonly timeouts: Timeouts,
  ) {
    const { host, port, instanceName, database } = address;
    this.place = `${host}${instanceName ? `\\${instanceName}` : ''}${port ? `:${port}` : ''}/${database ?? ''}`;
  }

  async plan(): Promise<ConnectionPlan> {
    this.driver = loadDriver('tedious', this.name);
    keepExactValues();
    guardAnswers(this.driver);
    const { address, credentials, timeouts } = this;
    const { serverCertificateFile, hostNameInCertificate, instanceName } = address;
    const ca = serverCertificateFile
      ? await readTlsFile(serverCertificateFile)
      : await readTrustStore(address.trustStoreFile);
    const settings = {
      host: address.host,
      port: address.port,
      ...credentials,
      ...(address.domain ? { type: 'ntlm', domain: address.domain } : {}),
      database: address.database,
      encrypt: address.encrypt,
      connectionTimeout: timeouts.connectMs,
      requestTimeout: timeouts.statementMs,
      options: {
        trustServerCertificate: address.trustServerCertificate,
        appName: address.applicationName ?? 'pacs-connectors',
        multiSubnetFailover: address.multiSubnetFailover,
        // Dates and times become the UTC parts of a Date, whatever the zone of this process.
        useUTC: true,
        ...(address.readOnlyIntent ? { readOnlyIntent: true } : {}),
        ...(instanceName && address.port === undefined ? { instanceName } : {}),
        ...(hostNameInCertificate ? { serverName: hostNameInCertificate } : {}),
        ...(address.packetSize ? { packetSize: address.packetSize } : {}),
        ...(address.workstationId ? { workstationId: address.workstationId } : {}),
        ...(ca || address.maxTlsVersion
          ? {
              cryptoCredentialsDetails: {
                ...(ca && { ca }),
                ...(address.maxTlsVersion && { maxVersion: address.maxTlsVersion }),
              },
            }
          : {}),
      },
    };
    return { client: 'mssql', attempts: [settings] };
  }

  async prepare(): Promise<void> {
    // The login already contains all settings of the session.
  }

  begin(connection: tedious.Connection): Promise<void> {
    return new Promise((resolve, reject) =>
      connection.beginTransaction((error) => (error ? reject(error) : resolve())),
    );
  }

  async query(connection: tedious.Connection, { sql, bindings }: CompiledQuery): Promise<RowBatches> {
    const { Request, TYPES } = this.driver;
    let completed: (error?: Error | null) => void = () => undefined;
    const request = new Request(sql, (error) => completed(error));
    const rows = new PushedRows(request);
    bindings.forEach((value, index) => {
      // As VARCHAR if that can contain it: compared with NVARCHAR, the index of a VARCHAR column would not be used.
      const plain = typeof value === 'string' && /^[\x20-\x7e]*$/.test(value);
      request.addParameter(`p${index}`, plain ? TYPES.VarChar : TYPES.NVarChar, value);
    });
    const columns = await new Promise<Column[]>((resolve, reject) => {
      // A statement may fail before its columns are known.
      completed = (error) => {
        rows.end(error ?? undefined);
        if (error) reject(error);
        else resolve([]);
      };
      request.on('columnMetadata', (metadata) => resolve(Array.isArray(metadata) ? metadata : Object.values(metadata)));
      request.on('error', reject);
      request.on('row', (row: { value: unknown; metadata: Column }[]) => {
        try {
          rows.push(row.map(({ value, metadata }) => exact(value, metadata)));
        } catch (error) {
          rows.end(error);
          connection.cancel();
        }
      });
      connection.execSql(request);
    });
    return {
      columns: columns.map(({ colName }) => colName),
      types: columns.map(columnType),
      batches: rows,
    };
  }

  end(connection: tedious.Connection): Promise<void> {
    return new Promise((resolve, reject) =>
      connection.rollbackTransaction((error) => (error ? reject(error) : resolve())),
    );
  }

  async cancel(connection: tedious.Connection): Promise<void> {
    connection.cancel();
  }

  destroy(connection: tedious.Connection): void {
    connection.close();
  }

  fault(error: unknown): DatabaseFault | undefined {
    return mssqlFault(error);
  }
}

/** @throws UnusableSettingError if the driver has lost a part of the value */
function exact(value: unknown, { type }: Column): unknown {
  if (value instanceof Date && type.name === 'DateTimeOffset')
    return localTime(value) ?? lost('the local time of a date');
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) lost('digits of a number');
  return value;
}

function lost(what: string): never {
  throw new UnusableSettingError(
    codes['db.select.value-not-converted'],
    `the driver loses ${what} of the select`,
    'Cast that column to varchar in the select.',
  );
}
