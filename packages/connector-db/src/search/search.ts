import {
  ConnectorError,
  emptyCriteria,
  identifierKindsOf,
  type SearchCriteria,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import { type ReadOnlySession } from '../engines/database.js';
import { codes } from '../engines/error-codes.js';
import { type DatabaseEngine } from '../jdbc/index.js';
import { type ColumnPositions, locateColumns } from '../rows/columns.js';
import { RowReader } from './row-reader.js';
import { COLUMN_OF_KIND, type ColumnTypes, compileQueries, type CriteriaColumns } from '../sql/index.js';
import { Notices } from './notices.js';

/** The site's select, and what is known of its columns. */
export interface SiteQuery {
  select: string;
  columns: CriteriaColumns;
  engine: DatabaseEngine;
  /** What the columns compared contain in each branch of the select. */
  columnTypes: readonly ColumnTypes[];
}

/** One search of one database: its statements, and the tree made of their rows. */
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

  /** @throws ConnectorError, or the driver's own error, where the answer is not complete. */
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

/** The positions of the known columns among `names`. @throws ConnectorError where a needed one is missing. */
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
