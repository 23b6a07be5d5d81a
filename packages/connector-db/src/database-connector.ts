import {
  type Connector,
  type ConnectorDefinition,
  ConnectorError,
  type ConnectionUse,
  type ConnectorStatus,
  emptyCriteria,
  type IdentifierKind,
  identifierKindsOf,
  type Notice,
  type SearchCriteria,
  type SearchOptions,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import { Database, type DatabaseLimits, type ReadOnlySession } from './database.js';
import { type DatabaseSettings } from './database-settings.js';
import { type RowBatches } from './engines/engine.js';
import { engineOf } from './engines/index.js';
import { connectorErrorOf } from './faults.js';
import { type DatabaseAddress, parseJdbcUrl } from './jdbc/index.js';
import { type ColumnPositions, locateColumns } from './rows/columns.js';
import { RowReader } from './rows/row-reader.js';
import { textOf } from './rows/values.js';
import {
  COLUMN_OF_KIND,
  type ColumnTypes,
  columnTypeQueries,
  type CompiledQuery,
  compileQueries,
  type CriteriaColumns,
  describeQuery,
} from './sql/index.js';

const DEFAULT_POOL_MAX = 8;
const DEFAULT_STATEMENT_MS = 60_000;
const DEFAULT_CONNECT_MS = 10_000;

/** Each kind of identifier: its name for people, the setting of its column, its name in `search-criteria.deactivated`. */
const KINDS: Record<IdentifierKind, { name: string; setting: string; criterion: string }> = {
  patientIds: { name: 'Patient ID', setting: 'patient-id-column', criterion: 'PATIENT_ID' },
  studyInstanceUids: {
    name: 'Study Instance UID',
    setting: 'study-instance-uid-column',
    criterion: 'STUDY_INSTANCE_UID',
  },
  accessionNumbers: {
    name: 'Accession Number',
    setting: 'accession-number-column',
    criterion: 'STUDY_ACCESSION_NUMBER',
  },
  seriesInstanceUids: {
    name: 'Series Instance UID',
    setting: 'serie-instance-uid-column',
    criterion: 'SERIE_INSTANCE_UID',
  },
  sopInstanceUids: { name: 'SOP Instance UID', setting: 'sop-instance-uid-column', criterion: 'SOP_INSTANCE_UID' },
};

/** Finds studies by the site's own SQL. */
export class DatabaseConnector implements Connector {
  readonly id: string;
  readonly type = 'DB';
  readonly warnings: readonly string[];
  private readonly select: string;
  private readonly columns: CriteriaColumns;
  private readonly address: DatabaseAddress;
  private readonly limits: DatabaseLimits;
  private readonly database: Database;
  /** What the columns compared hold in each branch of the select: asked of the database once. */
  private columnTypes?: ColumnTypes[];
  private describedColumns = false;

  /** @throws ConnectorError (`misconfigured`) where the JDBC URL or the select cannot be understood. */
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
    try {
      this.address = parseJdbcUrl(settings.uri, settings.driver);
      // The select's structure needs no database to be understood.
      describeQuery(this.select, this.address.engine);
      columnTypeQueries(this.select, this.columns, this.address.engine);
    } catch (error) {
      throw ConnectorError.from(id, error, 'misconfigured');
    }
    this.warnings = [...this.address.warnings, ...missingColumns(this.columns, deactivated)];
    if (Object.values(this.columns).every((column) => !column)) {
      throw new ConnectorError(id, 'misconfigured', 'db-connector.query names no column to search by', {
        remedy: `Set at least one of ${Object.values(KINDS)
          .map(({ setting }) => setting)
          .join(', ')}.`,
      });
    }
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

  async search(criteria: SearchCriteria, { signal }: SearchOptions): Promise<SearchResult> {
    const kinds = identifierKindsOf(criteria);
    const unsupported = kinds.filter((kind) => !this.columns[COLUMN_OF_KIND[kind]]);
    const notices = unsupported.length > 0 ? [this.unsupportedNotice(unsupported)] : [];
    const result = await this.read((session) => this.collect(session, criteria), signal);
    return { patients: result.patients, notices: [...notices, ...result.notices] };
  }

  connections(): ConnectionUse {
    return this.database.connections();
  }

  async check(signal: AbortSignal): Promise<ConnectorStatus> {
    const start = performance.now();
    await this.read(async (session) => {
      if (!this.describedColumns) {
        const { columns } = await drain(session, describeQuery(this.select, this.address.engine));
        this.located(columns);
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
      proven: `${name} at ${place} is connected; the select yields the needed columns, and the *-column keys are valid`,
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
      const { studyInstanceUid } = this.located(columns);
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

  private async collect(session: ReadOnlySession, criteria: SearchCriteria): Promise<SearchResult> {
    const { select, columns, address } = this;
    const reader = new RowReader(this.id);
    this.columnTypes ??= await this.readColumnTypes(session);
    let issuerMissing = false;
    for (const part of partsByIssuer(criteria)) {
      for (const query of compileQueries(select, columns, part, address.engine, this.columnTypes).queries) {
        const rows = await session.query(query);
        const positions = this.located(rows.columns);
        issuerMissing ||= namesIssuers(part) && positions.issuerOfPatientId === -1;
        const take = reader.rowsOf(positions, part.patientIds);
        for await (const batch of rows.batches) take(batch);
      }
    }
    const { patients, notices } = reader.result();
    return { patients, notices: issuerMissing ? [this.issuerNotice(), ...notices] : notices };
  }

  private async readColumnTypes(session: ReadOnlySession): Promise<ColumnTypes[]> {
    const ofBranches: ColumnTypes[] = [];
    for (const { sql, bindings, columns } of columnTypeQueries(this.select, this.columns, this.address.engine)) {
      const { types } = await drain(session, { sql, bindings });
      ofBranches.push(Object.fromEntries(columns.map((column, index) => [column, types[index] ?? 'text'])));
    }
    return ofBranches;
  }

  /** Where the known columns stand among `names`. @throws ConnectorError where a needed one is missing. */
  private located(names: readonly string[]): ColumnPositions {
    const { positions, missing } = locateColumns(names);
    if (missing.length === 0) return positions;
    throw new ConnectorError(
      this.id,
      'misconfigured',
      `query.select does not yield ${missing.join(', ')}; it yields ${names.join(', ') || 'nothing'}`,
      { remedy: `Name these columns in the select: … as ${missing[0]}.` },
    );
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

  private unsupportedNotice(kinds: readonly IdentifierKind[]): Notice {
    const names = kinds.map((kind) => KINDS[kind].name).join(', ');
    const settings = kinds.map((kind) => KINDS[kind].setting).join(', ');
    const description = `Archive ${this.id} cannot be searched by ${names}: its configuration has no ${settings}.`;
    return { severity: 'WARN', title: 'Not searched', description };
  }

  private issuerNotice(): Notice {
    const description = `Archive ${this.id} does not tell who issued a Patient ID (its select yields no issuerOfPatientId): patients were found by the ID alone.`;
    return { severity: 'WARN', title: 'Issuer not compared', description };
  }
}

/**
 * `criteria` in parts, since an issuer is compared with the rows that a Patient ID has found and not with those that another
 * identifier has found.
 */
function partsByIssuer(criteria: SearchCriteria): SearchCriteria[] {
  if (!namesIssuers(criteria)) return [criteria];
  return [
    { ...emptyCriteria(), patientIds: criteria.patientIds },
    { ...criteria, patientIds: [] },
  ];
}

function namesIssuers({ patientIds }: SearchCriteria): boolean {
  return patientIds.some(({ issuer, universalEntityId }) => issuer || universalEntityId);
}

/** A warning that names the columns that are missing, except for kinds of identifier that are deactivated. */
function missingColumns(columns: CriteriaColumns, deactivated: readonly IdentifierKind[]): string[] {
  const missing = (Object.keys(KINDS) as IdentifierKind[])
    .filter((kind) => !columns[COLUMN_OF_KIND[kind]] && !deactivated.includes(kind))
    .map((kind) => KINDS[kind]);
  if (missing.length === 0) return [];
  const listed = (key: 'name' | 'setting' | 'criterion') => missing.map((kind) => kind[key]).join(', ');
  return [
    `db-connector.query has no ${listed('setting')}, so requests by ${listed('name')} find nothing in this archive. ` +
      `Set each to its column of the select, or list ${listed('criterion')} in search-criteria.deactivated.`,
  ];
}

/** Runs a statement to its end, for what it tells of its columns. */
async function drain(session: ReadOnlySession, query: CompiledQuery): Promise<RowBatches> {
  const result = await session.query(query);
  for await (const rows of result.batches) void rows;
  return result;
}
