import { describe, expect, it } from '@jest/globals';
import { COLUMN_NAMES, locateColumns } from './columns.js';

describe('locateColumns', () => {
  it('finds columns by name in any letter case and order, unknown ones between', () => {
    const { positions, missing } = locateColumns(['SOPINSTANCEUID', 'pk', 'study_instance_uid', 'seriesinstanceuid']);
    expect(missing).toEqual([]);
    expect(positions).toMatchObject({ sopInstanceUid: 0, studyInstanceUid: 2, seriesInstanceUid: 3, patientName: -1 });
  });

  it('reads the first of two columns with one name', () => {
    expect(locateColumns(['patientId', 'PATIENTID']).positions.patientId).toBe(0);
  });

  it('reports missing UIDs, and requires no other column', () => {
    expect(locateColumns(['patientId', 'studyInstanceUid']).missing).toEqual(['seriesInstanceUid', 'sopInstanceUid']);
    expect(locateColumns(COLUMN_NAMES).missing).toEqual([]);
  });
});
