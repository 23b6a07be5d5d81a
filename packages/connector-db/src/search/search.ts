import {
  ConnectorError,
  countTree,
  type Depth,
  emptyCriteria,
  filterStudies,
  identifierKindsOf,
  type Patient,
  type SearchCriteria,
  type SearchResult,
  type Study,
} from '@pacs-connectors/connector-core';
import { type ReadOnlySession } from '../engines/database.js';
import { codes } from '../errors/error-codes.js';
import { type DatabaseEngine } from '../jdbc/index.js';
import { type ColumnPositions, locateColumns } from '../rows/columns.js';
import { type Row } from '../rows/row.js';
import { textOf } from '../rows/values.js';
import { columnsDownTo, columnsForFilters, hasFilters, type ReportedColumns } from './needed-columns.js';
import { RowReader } from './row-reader.js';
import {
  COLUMN_OF_KIND,
  type ColumnTypes,
  compileQueries,
  type CriteriaColumns,
  projected,
  projectionSetting,
  type Projection,
} from '../sql/index.js';
import { Notices } from './notices.js';

/** The site's select and its columns. */
export interface SiteQuery {
  select: string;
  columns: CriteriaColumns;
  engine: DatabaseEngine;
  /** The types of the compared columns in each branch of the select. */
  columnTypes: readonly ColumnTypes[];
  /** Its columns, if the database can be asked for some columns or some studies of the select. */
  reported?: ReportedColumns;
}

interface Reading {
  /** Read the distinct rows of these columns. */
  projection?: Projection;
  /** Read rows of the studies with these texts. */
  studies?: string[];
  onRow?: (row: Row, positions: ColumnPositions) => void;
}

/** Why a search returns only a part of the rows. */
export type EarlyEnd = 'deadline' | 'limit';

/** Runs one search in one database, and builds the tree from the rows. */
export class Search {
  private readonly notices: Notices;
  private reader = new RowReader();
  private issuerMissing = false;

  /** @param onBatch is called after each batch of rows */
  constructor(
    private readonly connectorId: string,
    private readonly criteria: SearchCriteria,
    private readonly depth: Depth,
    private readonly onBatch: () => void = () => undefined,
  ) {
    this.notices = new Notices(connectorId);
  }

  /** Whether there are studies to show. */
  get hasStudies(): boolean {
    return this.reader.tree.patients.length > 0;
  }

  /** The number of images that were read, or of series or studies if there are more. */
  get size(): number {
    return this.reader.size;
  }

  /**
   * Runs the statements of the search, and reads their rows.
   *
   * @throws ConnectorError if the select lacks a required column.
   * @throws Error of the driver if a statement fails.
   */
  async run(session: ReadOnlySession, query: SiteQuery): Promise<void> {
    const { criteria } = this;
    const unsupported = identifierKindsOf(criteria).filter((kind) => !query.columns[COLUMN_OF_KIND[kind]]);
    if (unsupported.length > 0) this.notices.notSearched(unsupported);
    const { reported } = query;
    if (reported && this.depth !== 'instance') {
      await this.read(session, query, this.reader, { projection: columnsDownTo(this.depth, reported) });
      return;
    }
    if (reported && query.columns.studyInstanceUid && hasFilters(criteria.filters)) {
      if (await this.readFilteredStudies(session, query, reported)) return;
      this.reader = new RowReader();
    }
    await this.read(session, query, this.reader);
  }

  /**
   * Reads the studies without their images first, and then the images of those that pass the filters.
   *
   * @returns false if it cannot be certain that all rows of these studies came, or if all studies pass the filters
   */
  private async readFilteredStudies(
    session: ReadOnlySession,
    query: SiteQuery,
    reported: ReportedColumns,
  ): Promise<boolean> {
    const above = new RowReader();
    const texts = new Map<string, Set<unknown>>();
    await this.read(session, query, above, {
      projection: columnsForFilters(this.criteria, reported),
      onRow(row, { studyInstanceUid }) {
        const uid = textOf(row[studyInstanceUid]) ?? '';
        texts.set(uid, (texts.get(uid) ?? new Set()).add(row[studyInstanceUid]));
      },
    });
    if (above.partial.withoutParent > 0) return false;
    const found = studiesOf(above.tree.result());
    const wanted = studiesOf(filterStudies(above.tree.result(), this.criteria.filters));
    if (wanted.length === found.length && found.length > 0) return false;
    if (found.length === 0) this.reader = above;
    for (const text of above.partial.unreadableDates) this.reader.partial.addUnreadableDate(text);
    if (wanted.length === 0) return true;
    const studies = wanted.flatMap(({ studyInstanceUid }) => [...(texts.get(studyInstanceUid) ?? [])]);
    if (!studies.every((text) => typeof text === 'string')) return false;
    await this.read(session, query, this.reader, { studies });
    const read = new Map(studiesOf(this.reader.tree.result()).map((study) => [study.studyInstanceUid, study]));
    return wanted.every(({ studyInstanceUid, series }) => {
      const uids = new Set(read.get(studyInstanceUid)?.series.map(({ seriesInstanceUid }) => seriesInstanceUid));
      return read.has(studyInstanceUid) && series.every(({ seriesInstanceUid }) => uids.has(seriesInstanceUid));
    });
  }

  private async read(
    session: ReadOnlySession,
    { select, columns, engine, columnTypes }: SiteQuery,
    reader: RowReader,
    { projection, studies, onRow }: Reading = {},
  ): Promise<void> {
    const { connectorId, notices, criteria } = this;
    const setting = projection && projectionSetting(engine);
    if (setting) await session.query(setting);
    for (const part of partsByIssuer(criteria)) {
      const { queries, rowLimit } = compileQueries(select, columns, part, engine, columnTypes, studies);
      for (const query of queries) {
        const rows = await session.query(projection ? projected(query, projection, engine) : query);
        const positions = projection
          ? locateColumns(rows.columns).positions
          : locatedColumns(connectorId, rows.columns);
        this.issuerMissing ||= namesIssuers(part) && positions.issuerOfPatientId === -1;
        const take = reader.rowsOf(positions, part.patientIds);
        let count = 0;
        for await (const batch of rows.batches) {
          take(batch);
          if (onRow) for (const row of batch) onRow(row, positions);
          count += batch.length;
          this.onBatch();
        }
        if (rowLimit !== undefined && rowLimit > 0 && count >= rowLimit) notices.selectLimitReached(rowLimit);
      }
    }
  }

  /**
   * Returns the tree of the rows that were read, with its notices.
   *
   * @param end why the rows are not all, if they are not
   */
  result(end?: EarlyEnd): SearchResult {
    const { notices } = this;
    const patients = this.reader.result(notices);
    if (this.issuerMissing) notices.issuerNotCompared();
    if (end === 'deadline') notices.deadlinePassed(countTree(patients));
    if (end === 'limit') notices.tooManyInstances(countTree(patients));
    return { patients, notices: notices.list() };
  }
}

function studiesOf(patients: readonly Patient[]): Study[] {
  return patients.flatMap(({ studies }) => studies);
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
