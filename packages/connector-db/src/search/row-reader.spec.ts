import { describe, expect, it } from '@jest/globals';
import { type PatientIdentifier } from '@pacs-connectors/connector-core';
import { type ColumnName, locateColumns } from '../rows/columns.js';
import { Notices } from './notices.js';
import { RowReader } from './row-reader.js';

type Values = Partial<Record<ColumnName, unknown>>;

const NAMES: ColumnName[] = [
  'patientId',
  'issuerOfPatientId',
  'patientName',
  'studyInstanceUid',
  'studyDate',
  'seriesInstanceUid',
  'seriesNumber',
  'sopInstanceUid',
  'instanceNumber',
];

function read(rows: Values[], asked: PatientIdentifier[] = []) {
  const reader = new RowReader();
  reader.rowsOf(locateColumns(NAMES).positions, asked)(rows.map((row) => NAMES.map((name) => row[name] ?? null)));
  const notices = new Notices('a');
  return { patients: reader.result(notices), notices: notices.list() };
}

const row = (patientId: string, study: string, series: string, sop: string, more: Values = {}): Values => ({
  patientId,
  studyInstanceUid: study,
  seriesInstanceUid: series,
  sopInstanceUid: sop,
  ...more,
});

describe('RowReader', () => {
  it('groups rows in any order', () => {
    const { patients, notices } = read([
      row('A', '1', '1.1', '1.1.1', { seriesNumber: '2.0', instanceNumber: 1, studyDate: '2024-01-31 10:11:12' }),
      row('B', '2', '2.1', '2.1.1'),
      row('A', '1', '1.2', '1.2.1'),
      row('A ', '1 ', '1.1 ', '1.1.2', { instanceNumber: 2 }),
      row('A', '3', '3.1', '3.1.1'),
    ]);
    expect(notices).toEqual([]);
    expect(patients.map(({ patientId }) => patientId)).toEqual(['A', 'B']);
    const [one, three] = patients[0]?.studies ?? [];
    expect(one).toMatchObject({ studyInstanceUid: '1', studyDate: '20240131', studyTime: '101112' });
    expect(three?.studyInstanceUid).toBe('3');
    expect(one?.series.map(({ seriesInstanceUid }) => seriesInstanceUid)).toEqual(['1.1', '1.2']);
    expect(one?.series[0]?.seriesNumber).toBe('2');
    expect(one?.series[0]?.instances.map(({ instanceNumber }) => instanceNumber)).toEqual(['1', '2']);
  });

  it('takes missing values of a series from its other rows, in any order', () => {
    const rows = [
      row('A', '1', '1.1', '1.1.1'),
      row('A', '1', '1.1', '1.1.2', { patientName: 'Doe^Jane', studyDate: '20240131', seriesNumber: 3 }),
      row('A', '1', '1.1', '1.1.3'),
    ];
    for (const order of [rows, [...rows].reverse(), [rows[1]!, rows[0]!, rows[2]!]]) {
      const { patients } = read(order);
      expect(patients).toMatchObject([
        { patientName: 'Doe^Jane', studies: [{ studyDate: '20240131', series: [{ seriesNumber: '3' }] }] },
      ]);
      expect(patients[0]?.studies[0]?.series[0]?.instances).toHaveLength(3);
    }
  });

  it('keeps a study without series and a series without instances, and says so', () => {
    const { patients, notices } = read([
      { patientId: 'A', studyInstanceUid: '1' },
      { patientId: 'A', studyInstanceUid: '2', seriesInstanceUid: '2.1' },
      { patientId: 'A', studyInstanceUid: '2', seriesInstanceUid: '2.1' },
    ]);
    expect(patients[0]?.studies.map(({ series }) => series.length)).toEqual([0, 1]);
    expect(notices).toMatchObject([{ severity: 'INFO', description: expect.stringContaining('3 rows') }]);
  });

  it('warns of images that no study or series can be found for', () => {
    const { patients, notices } = read([
      { patientId: 'A', studyInstanceUid: '1', sopInstanceUid: '1.1.1' },
      { patientId: 'A', sopInstanceUid: '1.1.2' },
      row('A', '1', '1.1', '1.1.3'),
    ]);
    expect(patients[0]?.studies[0]?.series[0]?.instances).toHaveLength(1);
    expect(notices).toMatchObject([{ severity: 'WARN', description: expect.stringContaining('2 rows') }]);
  });

  it('says how many dates cannot be read, and keeps their studies', () => {
    const { patients, notices } = read([
      row('A', '1', '1.1', '1.1.1', { studyDate: 'last week' }),
      row('A', '1', '1.1', '1.1.2', { studyDate: 'last week' }),
      row('A', '2', '2.1', '2.1.1', { studyDate: '01/02/2023' }),
      row('A', '3', '3.1', '3.1.1', { studyDate: '0000-00-00' }),
    ]);
    expect(patients[0]?.studies.map(({ studyDate }) => studyDate)).toEqual([undefined, undefined, undefined]);
    expect(notices).toMatchObject([
      { severity: 'WARN', code: 'db.rows.date-unreadable', description: expect.stringContaining('2 different dates') },
    ]);
    expect(JSON.stringify(notices)).not.toContain('last week');
  });

  it('warns if a study is under two patients, and lists it once', () => {
    const { patients, notices } = read([row('A', '1', '1.1', '1.1.1'), row('B', '1', '1.1', '1.1.2')]);
    expect(patients).toHaveLength(1);
    expect(patients[0]?.studies[0]?.series[0]?.instances).toHaveLength(2);
    expect(notices).toMatchObject([{ severity: 'WARN', title: 'Contradicting rows' }]);
  });

  it('skips rows of another issuer, in any order', () => {
    const of = (issuer: string | null, n: number) =>
      row('A', `${n}`, `${n}.1`, `${n}.1.1`, { issuerOfPatientId: issuer });
    const { patients } = read([of('X', 1), of('Y', 2), of('X', 3), of(null, 4)], [{ id: 'A', issuer: 'X' }]);
    const uids = patients.map(({ studies }) => studies.map(({ studyInstanceUid }) => studyInstanceUid));
    expect(uids).toEqual([['1', '3'], ['4']]);
  });

  it('never says a value of a patient in a notice', () => {
    const { notices } = read([
      { patientId: 'SECRET', studyInstanceUid: '1', sopInstanceUid: '9.9.9' },
      { patientId: 'SECRET', studyInstanceUid: '1' },
    ]);
    expect(notices).toHaveLength(2);
    expect(JSON.stringify(notices)).not.toMatch(/SECRET|9\.9\.9/);
  });
});
