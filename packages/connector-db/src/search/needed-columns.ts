import { type SearchCriteria, type StudyFilters } from '@pacs-connectors/connector-core';
import { type ColumnName, locateColumns } from '../rows/columns.js';
import { type ColumnType, type Projection } from '../sql/index.js';

/** The columns of a select as the database reports them. */
export interface ReportedColumns {
  names: readonly string[];
  types: readonly ColumnType[];
}

/** The columns that describe only an instance. */
export const OF_INSTANCE: readonly ColumnName[] = ['sopInstanceUid', 'sopClassUid', 'instanceNumber'];
/** Further columns that describe only a series. Filters may need its modality. */
const OF_SERIES: readonly ColumnName[] = [
  'seriesDescription',
  'seriesNumber',
  'seriesDate',
  'seriesTime',
  'seriesDateTime',
];

/** Returns the columns that describe the levels down to `depth`. */
export function columnsDownTo(depth: 'study' | 'series', reported: ReportedColumns): Projection {
  const unneeded = depth === 'study' ? [...OF_INSTANCE, ...OF_SERIES] : OF_INSTANCE;
  return projectionOf(reported, (name) => !unneeded.includes(name));
}

/** Returns the columns that decide which studies pass the filters of `criteria`. */
export function columnsForFilters({ filters, patientIds }: SearchCriteria, reported: ReportedColumns): Projection {
  const needed = new Set<ColumnName>(['studyInstanceUid', 'seriesInstanceUid']);
  const add = (...names: ColumnName[]) => names.forEach((name) => needed.add(name));
  if (filters.lowerDateTime || filters.upperDateTime || filters.mostRecentResults !== undefined) {
    add('studyDate', 'studyTime', 'studyDateTime');
  }
  if (filters.modalitiesInStudy?.length) add('modalitiesInStudy', 'modality');
  if (filters.containsInDescription?.length) add('studyDescription');
  if (patientIds.some(({ issuer, universalEntityId }) => issuer || universalEntityId)) {
    add('patientId', 'issuerOfPatientId');
  }
  return projectionOf(reported, (name) => needed.has(name));
}

/** Returns whether any filter is set. */
export function hasFilters(filters: StudyFilters): boolean {
  return Object.values(filters).some(
    (filter) => filter !== undefined && !(Array.isArray(filter) && filter.length === 0),
  );
}

function projectionOf({ names, types }: ReportedColumns, isNeeded: (name: ColumnName) => boolean): Projection {
  const { positions } = locateColumns(names);
  return (Object.keys(positions) as ColumnName[])
    .filter((name) => positions[name] !== -1 && isNeeded(name))
    .map((name) => ({
      name: names[positions[name]] as string,
      isText: types[positions[name]] === 'text',
      isUid: name === 'studyInstanceUid' || name === 'seriesInstanceUid',
    }));
}
