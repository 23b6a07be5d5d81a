import {
  ConnectorError,
  emptyCriteria,
  identifierKindsOf,
  type SearchCriteria,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import { type ReadOnlySession } from '../engines/database.js';
import { codes } from '../errors/error-codes.js';
import { type DatabaseEngine } from '../jdbc/index.js';
import { type ColumnPositions, locateColumns } from '../rows/columns.js';
import { RowReader } from './row-reader.js';
import { COLUMN_OF_KIND, type ColumnTypes, compileQueries, type CriteriaColumns } from '../sql/index.js';
import { Notices } from './notices.js';

/** The site's select and its columns. */
export interface SiteQuery {
  select: string;
  columns: CriteriaColumns;
  engine: DatabaseEngine;
  /** The types of the compared columns in each branch of the select. */
  columnTypes: readonly ColumnTypes[];
}

/** Runs one search in one database, and builds the tree from the rows. */
export class Search {
  private readonly notices: Notices;

  constructor(
    private readonly connectorId: string,
    private readonly session: ReadOnlySession,
    private readonly query: SiteQuery,
    private readonly criteria: SearchCriteria,
  ) {
    this.notices = new Notices(connectorId);
  }

  /**
   * Runs the statements of the search, and returns the tree of their rows with its notices.
   *
   * @throws ConnectorError if the select lacks a required column.
   * @throws Error of the driver if a statement fails.
   */
  async run(): Promise<SearchResult> {
    const { connectorId, session, notices, criteria } = this;
    const { select, columns, engine, columnTypes } = this.query;
    const unsupported = identifierKindsOf(criteria).filter((kind) => !columns[COLUMN_OF_KIND[kind]]);
    if (unsupported.length > 0) notices.notSearched(unsupported);
    const reader = new RowReader();
    let issuerMissing = false;
    for (const part of partsByIssuer(criteria)) {
      for (const query of compileQueries(select, columns, part, engine, columnTypes).queries) {
        const rows = await session.query(query);
        const positions = locatedColumns(connectorId, rows.columns);
        issuerMissing ||= namesIssuers(part) && positions.issuerOfPatientId === -1;
        const take = reader.rowsOf(positions, part.patientIds);
        for await (const batch of rows.batches) take(batch);
      }
    }
    if (issuerMissing) notices.issuerNotCompared();
    return { patients: reader.result(notices), notices: notices.list() };
  }
}

/**
 * Returns the positions of the known columns among `names`.
 *
 * @throws ConnectorError with code `db.select.column-missing` if a required column is missing.
 */
export function locatedColumns(connectorId: string, names: readonly string[]): ColumnPositions {
  const { positions, missing } = locateColumns(names);
  if (missing.length === 0) return positions;
  throw new ConnectorError(
    connectorId,
    'misconfigured',
    `query.select does not return ${missing.join(', ')}; it returns ${names.join(', ') || 'nothing'}`,
    {
      code: codes['db.select.column-missing'],
      remedy: `Name these columns in the select: … as ${missing[0]}.`,
    },
  );
}

/**
 * Returns `criteria` in parts, Patient IDs apart from the other identifiers if they have issuers. Issuers are compared only
 * with the rows that a Patient ID found.
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
