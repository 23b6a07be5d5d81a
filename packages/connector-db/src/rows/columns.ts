/** The columns that a site's select may return. The three UIDs of the levels below the patient are required. */
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
  // Both in one column, in selects of the newer Java server.
  'studyDateTime',
  'seriesDateTime',
  // Selects of older servers do not have the following columns.
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

/** The position of each column in a row; -1 if the select does not return it. */
export type ColumnPositions = Record<ColumnName, number>;

/**
 * Finds the known columns among those of a select by name. Letter case, `_` and the order do not count. Of two columns with one name,
 * the first counts.
 *
 * @returns the positions, and the required columns that are missing
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
