import { expect, it } from '@jest/globals';
import { instanceRows, sampleArchive } from './sample-archive.js';

it('has valid UIDs, each once', () => {
  const uids = [
    ...sampleArchive.flatMap(({ studies }) => studies.map((study) => study.studyInstanceUid)),
    ...sampleArchive.flatMap(({ studies }) => studies.flatMap(({ series }) => series.map((s) => s.seriesInstanceUid))),
    ...instanceRows().map(({ instance }) => instance.sopInstanceUid),
  ];
  expect(new Set(uids).size).toBe(uids.length);
  for (const uid of uids) expect(uid).toMatch(/^2\.25\.[1-9]\d{0,38}$/);
});

it('holds what connectors stumble over', () => {
  expect(sampleArchive.filter(({ patientId }) => patientId === '0042').map((p) => p.issuerOfPatientId)).toEqual([
    'HOSPITAL_A',
    'HOSPITAL_B',
  ]);
  const studies = sampleArchive.flatMap((patient) => patient.studies);
  expect(studies.some((study) => study.studyDate === undefined)).toBe(true);
  expect(studies.filter((study) => study.accessionNumber === '000123')).toHaveLength(2);
  expect(instanceRows().length).toBeGreaterThanOrEqual(60);
});
