import {
  type Connector,
  type ConnectorDefinition,
  ConnectorError,
  type ConnectionUse,
  type ConnectorStatus,
  endingBefore,
  type IdentifierKind,
  type SearchCriteria,
  type SearchOptions,
  type SearchResult,
  withCode,
} from '@pacs-connectors/connector-core';
import { Database, type DatabaseLimits, type ReadOnlySession } from './engines/database.js';
import { type DatabaseSettings } from './database-settings.js';
import { type RowBatches } from './engines/engine.js';
import { codes } from './errors/error-codes.js';
import { UnusableSettingError } from './errors/unusable-setting-error.js';
import { engineOf } from './engine-of.js';
import { connectorErrorOf } from './faults.js';
import { type DatabaseAddress, parseJdbcUrl } from './jdbc/index.js';
import { type Row } from './rows/row.js';
import { textOf } from './rows/values.js';
import { KINDS } from './search/identifier-kinds.js';
import { columnsDownTo, type ReportedColumns } from './search/needed-columns.js';
import { locatedColumns, Search } from './search/search.js';
import {
  canNarrow,
  COLUMN_OF_KIND,
  type ColumnType,
  type ColumnTypes,
  columnTypeQueries,
  type CompiledQuery,
  type CriteriaColumns,
  describeQuery,
  projected,
} from './sql/index.js';

const DEFAULT_POOL_MAX = 8;
const DEFAULT_STATEMENT_MS = 60_000;
const DEFAULT_CONNECT_MS = 10_000;
const DEFAULT_MAX_INSTANCES = 250_000;

/** Finds studies in the database of an archive by the site's own SQL. */
export class DatabaseConnector implements Connector {
  readonly id: string;
  readonly type = 'DB';
  readonly warnings: readonly string[];
  private readonly select: string;
  private readonly columns: CriteriaColumns;
  private readonly address: DatabaseAddress;
  private readonly limits: DatabaseLimits;
  private readonly maxInstances: number;
  private readonly database: Database;
  /** Types of the compared columns in each branch of the select. The database is asked once. */
  private columnTypes?: ColumnTypes[];
  private describedColumns = false;
  /** The result of {@link readReportedColumns}, once it is known. */
  private reported?: { columns?: ReportedColumns };

  /** @throws ConnectorError (`misconfigured`) if the JDBC URL or the select cannot be understood */
  constructor({ id, deactivated, settings }: ConnectorDefinition<DatabaseSettings>) {
    this.id = id;
    this.select = settings.select;
    this.columns = {
      patientId: settings.patientIdColumn,
      accessionNumber: settings.accessionNumberColumn,
      studyInstanceUid: settings.studyInstanceUidColumn,
      seriesInstanceUid: settings.seriesInstanceUidColumn,
      sopInstanceUid: settings.sopInstanceUidColumn,
    };
    const checked = <Result>(code: 'db.url.invalid' | 'db.select.not-understood', parse: () => Result): Result => {
      try {
        return parse();
      } catch (error) {
        if (error instanceof UnusableSettingError) {
          throw new ConnectorError(id, 'misconfigured', error.message, { code: error.code, remedy: error.remedy });
        }
        throw new ConnectorError(id, 'misconfigured', (error as Error).message, { code: codes[code], cause: error });
      }
    };
    this.address = checked('db.url.invalid', () => parseJdbcUrl(settings.uri, settings.driver));
    // The select's structure is checked without the database.
    checked('db.select.not-understood', () => {
      describeQuery(this.select, this.address.engine);
      columnTypeQueries(this.select, this.columns, this.address.engine);
    });
    this.warnings = [...this.address.warnings, ...missingColumns(this.columns, deactivated)];
    if (Object.values(this.columns).every((column) => !column)) {
      throw new ConnectorError(id, 'misconfigured', 'db-connector.query names no column to search by', {
        code: codes['db.select.without-search-column'],
        remedy: `Set at least one of ${Object.values(KINDS)
          .map(({ setting }) => setting)
          .join(', ')}.`,
      });
    }
    this.maxInstances = settings.maxInstances ?? DEFAULT_MAX_INSTANCES;
    const { socketTimeoutMs, connectTimeoutMs } = this.address;
    const statementMs = settings.statementTimeout ?? DEFAULT_STATEMENT_MS;
    this.limits = {
      poolMin: Math.min(settings.poolMin ?? 0, settings.poolMax ?? DEFAULT_POOL_MAX),
      poolMax: settings.poolMax ?? DEFAULT_POOL_MAX,
      connectMs: connectTimeoutMs || DEFAULT_CONNECT_MS,
      // The URL's socket time-out is the longest silence during a query.
      statementMs: socketTimeoutMs ? Math.min(statementMs, socketTimeoutMs) : statementMs,
    };
    const credentials = {
      user: settings.user ?? this.address.user,
      password: settings.password ?? this.address.password,
    };
    this.database = new Database(engineOf(this.address, credentials, this.limits), this.limits);
  }

  /** Returns the studies whose rows came until the deadline, or until there were {@link maxInstances} images. */
  async search(criteria: SearchCriteria, { signal, deadline, depth }: SearchOptions): Promise<SearchResult> {
    const { select, columns, address } = this;
    const limit = new AbortController();
    const search = new Search(this.id, criteria, depth, () => {
      if (search.size > this.maxInstances) limit.abort();
    });
    const end = AbortSignal.any([endingBefore(deadline, signal), limit.signal]);
    const readsLess = depth !== 'instance' || Object.keys(criteria.filters).length > 0;
    try {
      if (readsLess) this.reported ??= { columns: await this.readReportedColumns(end) };
      const reported = readsLess ? this.reported?.columns : undefined;
      await this.read(async (session) => {
        this.columnTypes ??= await this.readColumnTypes(session);
        await search.run(session, { select, columns, engine: address.engine, columnTypes: this.columnTypes, reported });
      }, end);
      return search.result();
    } catch (error) {
      if (limit.signal.aborted) return search.result('limit');
      if (search.hasStudies && (error as ConnectorError).kind === 'timeout') return search.result('deadline');
      throw error;
    }
  }

  connections(): ConnectionUse {
    return this.database.connections();
  }

  async check(signal: AbortSignal): Promise<ConnectorStatus> {
    const start = performance.now();
    await this.read(async (session) => {
      if (!this.describedColumns) {
        const { columns } = await drain(session, describeQuery(this.select, this.address.engine));
        locatedColumns(this.id, columns);
        this.describedColumns = true;
      }
      this.columnTypes ??= await this.readColumnTypes(session);
      await drain(session, { sql: this.database.engine.ping, bindings: [] });
    }, signal);
    const latencyMs = performance.now() - start;
    const { inUse, idle, limit } = this.database.connections();
    const { name, place } = this.database.engine;
    return {
      latencyMs,
      proven: `${name} at ${place} is connected; the select returns the needed columns, and the *-column keys are valid`,
      details: {
        database: `${name} at ${place}`,
        connectionsInUse: inUse,
        connectionsIdle: idle,
        connectionsMax: limit,
      },
    };
  }

  /** Runs the select without a condition, and ends it in the database at its first row with a Study Instance UID. */
  async sampleStudy(signal: AbortSignal): Promise<string | undefined> {
    const found = new AbortController();
    let study: string | undefined;
    const firstRow = async (session: ReadOnlySession) => {
      const { columns, batches } = await session.query({ sql: this.select, bindings: [] });
      const { studyInstanceUid } = locatedColumns(this.id, columns);
      for await (const rows of batches) {
        study = rows.map((row) => textOf(row[studyInstanceUid])).find((uid) => uid !== undefined);
        if (study !== undefined) found.abort();
      }
    };
    await this.read(firstRow, AbortSignal.any([signal, found.signal])).catch((error: unknown) => {
      if (study === undefined) throw error;
    });
    return study;
  }

  close(): Promise<void> {
    return this.database.close();
  }

  /**
   * Returns the columns of the select if the database can be asked for some of them; `undefined` if it cannot. The database is
   * asked once, in transactions of their own, because PostgreSQL ends a transaction whose statement fails.
   */
  private async readReportedColumns(signal: AbortSignal): Promise<ReportedColumns | undefined> {
    const { engine } = this.address;
    if (!canNarrow(this.select, engine)) return undefined;
    const described = describeQuery(this.select, engine);
    const reportOf = (query: CompiledQuery) => this.read((session) => drain(session, query), signal);
    const { columns: names, types } = await reportOf(described);
    locatedColumns(this.id, names);
    const projection = columnsDownTo('series', { names, types });
    try {
      const { columns } = await reportOf(projected(described, projection, engine));
      const isAsExpected = projection.every(({ name }) => columns.includes(name));
      return isAsExpected ? { names, types } : undefined;
    } catch (error) {
      // Two columns have one name, or a type cannot be compared.
      if ((error as ConnectorError).code === codes['db.select.rejected']) return undefined;
      throw error;
    }
  }

  private async readColumnTypes(session: ReadOnlySession): Promise<ColumnTypes[]> {
    const ofBranches: ColumnTypes[] = [];
    for (const { columns, collations, ...query } of columnTypeQueries(this.select, this.columns, this.address.engine)) {
      const { types } = await drain(session, query);
      const [row = []] = collations ? (await drain(session, collations)).rows : [];
      const typeAt = (index: number): ColumnType => {
        const collation = row[index];
        return types[index] === 'text' && typeof collation === 'string' ? { collation } : (types[index] ?? 'text');
      };
      ofBranches.push(Object.fromEntries(columns.map((column, index) => [column, typeAt(index)])));
    }
    return ofBranches;
  }

  private async read<Result>(
    work: (session: ReadOnlySession) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    try {
      return await this.database.read(work, signal);
    } catch (error) {
      throw connectorErrorOf(this.id, this.database.engine, error, signal);
    }
  }
}

/** Returns a warning that names the missing columns, except those of deactivated kinds of identifier. */
function missingColumns(columns: CriteriaColumns, deactivated: readonly IdentifierKind[]): string[] {
  const missing = (Object.keys(KINDS) as IdentifierKind[])
    .filter((kind) => !columns[COLUMN_OF_KIND[kind]] && !deactivated.includes(kind))
    .map((kind) => KINDS[kind]);
  if (missing.length === 0) return [];
  const listed = (key: 'name' | 'setting' | 'criterion') => missing.map((kind) => kind[key]).join(', ');
  return [
    withCode(
      `db-connector.query has no ${listed('setting')}, so requests by ${listed('name')} find nothing in this archive. ` +
        `Set each to its column of the select, or list ${listed('criterion')} in search-criteria.deactivated.`,
      codes['db.criteria.not-searched'],
    ),
  ];
}

/** Runs a statement with few rows to its end. */
async function drain(session: ReadOnlySession, query: CompiledQuery): Promise<RowBatches & { rows: readonly Row[] }> {
  const result = await session.query(query);
  const rows: Row[] = [];
  for await (const batch of result.batches) rows.push(...batch);
  return { ...result, rows };
}
