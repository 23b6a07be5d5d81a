/** The columns that a site's select may yield. The three UIDs of the levels below the patient are needed, the rest is optional. */
export const COLUMN_NAMES = [
  'patientName',
  'patientId',
  'patientBirthDate',
  'patientSex',
  'studyInstanceUid',
  'studyDate',
  'accessionNumber',
  'studyId',
  'referringPhysicianName',
  'studyDescription',
  'seriesInstanceUid',
  'modality',
  'seriesDescription',
  'seriesNumber',
  'sopInstanceUid',
  'instanceNumber',
  // Ours: no older file has them.
  'issuerOfPatientId',
  'patientBirthTime',
  'studyTime',
  'modalitiesInStudy',
  'seriesDate',
  'seriesTime',
  'sopClassUid',
] as const;
export type ColumnName = (typeof COLUMN_NAMES)[number];

const REQUIRED: readonly ColumnName[] = ['studyInstanceUid', 'seriesInstanceUid', 'sopInstanceUid'];
const BY_FOLDED_NAME = new Map(COLUMN_NAMES.map((name) => [fold(name), name]));

/** Where each column stands in a row; -1 where the select does not yield it. */
export type ColumnPositions = Record<ColumnName, number>;

/**
 * Finds the known columns among those of a select by name: letter case and `_` do not count, the order neither, unknown ones
 * are passed over, of two with one name the first is read.
 *
 * @returns the positions, and the needed columns that are missing.
 */
export function locateColumns(names: readonly string[]): { positions: ColumnPositions; missing: ColumnName[] } {
  const positions = Object.fromEntries(COLUMN_NAMES.map((name) => [name, -1])) as ColumnPositions;
  names.forEach((name, position) => {
    const known = BY_FOLDED_NAME.get(fold(name));
    if (known && positions[known] === -1) positions[known] = position;
  });
  return { positions, missing: REQUIRED.filter((name) => positions[name] === -1) };
}

function fold(name: string): string {
  return name.replace(/[^a-z0-9]/gi, '').toLowerCase();
}
