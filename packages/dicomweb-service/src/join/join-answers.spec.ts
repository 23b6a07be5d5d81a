import { expect, it } from '@jest/globals';
import { type Patient, type PatientAttributes } from '@pacs-connectors/connector-core';
import { isSamePatient } from '@pacs-connectors/manifest-builder';
import fc from 'fast-check';
import { type Answer, joinAnswers } from './join-answers.js';

function answer(archiveId: string, ...patients: Patient[]): Answer {
  return { archiveId, patients, notices: [] };
}

function patient(attributes: Partial<PatientAttributes>, series: Record<string, number>, study = '1.2'): Patient {
  return {
    patientId: 'P1',
    ...attributes,
    studies: [
      {
        studyInstanceUid: study,
        series: Object.entries(series).map(([seriesInstanceUid, count]) => ({
          seriesInstanceUid,
          instances: Array.from({ length: count }, (_, at) => ({ sopInstanceUid: `${seriesInstanceUid}.${at + 1}` })),
        })),
      },
    ],
  };
}

it('takes each series from the archive that has most of it, then from the first', async () => {
  const { studies, notices } = await joinAnswers([
    answer('a', patient({ patientName: 'Doe^Jane' }, { '1.2.1': 2, '1.2.2': 3, '1.2.3': 1 })),
    answer('b', patient({ patientName: 'Doe^Jane', patientSex: 'F' }, { '1.2.1': 5, '1.2.2': 3 })),
  ]);
  expect(studies).toHaveLength(1);
  const [study] = studies;
  const sources = study?.series.map(({ series, archives, instances }) => [
    series.seriesInstanceUid,
    archives,
    instances.length,
  ]);
  expect(sources?.sort()).toEqual([
    ['1.2.1', ['b', 'a'], 5],
    ['1.2.2', ['a', 'b'], 3],
    ['1.2.3', ['a'], 1],
  ]);
  expect(study).toMatchObject({ archives: ['a', 'b'], contested: false, patient: { patientSex: 'F' } });
  expect(notices).toMatchObject([{ code: 'manifest.copies.incomplete' }]);
});

it('joins studies of which no archive lists the series', async () => {
  const { studies } = await joinAnswers([
    answer('a', patient({}, {})),
    answer('b', { ...patient({}, {}), studies: [{ studyInstanceUid: '1.2', studyDescription: 'Chest', series: [] }] }),
  ]);
  expect(studies).toMatchObject([{ archives: ['a', 'b'], study: { studyDescription: 'Chest' }, series: [] }]);
});

it('leaves the copies of two patients apart', async () => {
  const { studies } = await joinAnswers([
    answer('a', patient({ patientBirthDate: '19700101' }, { '1.2.1': 1 })),
    answer('b', patient({ patientBirthDate: '19800101' }, { '1.2.1': 2 })),
    answer('c', patient({}, {})),
  ]);
  expect(
    studies.map(({ patient: { patientBirthDate }, archives, contested }) => [patientBirthDate, archives, contested]),
  ).toEqual([
    ['19700101', ['a'], true],
    ['19800101', ['b'], true],
    [undefined, ['c'], true],
  ]);
});

const person = fc.record(
  {
    patientId: fc.constantFrom('P1', 'P2', '', 'p1 '),
    issuerOfPatientId: fc.constantFrom('A', 'B'),
    patientName: fc.constantFrom('Doe^Jane', 'DOE^JANE', 'Doe^John', 'Roe^Richard', ''),
    patientBirthDate: fc.constantFrom('19700101', '1970-01-01', '19800101', 'unknown'),
    patientSex: fc.constantFrom('F', 'M', 'O'),
  },
  { requiredKeys: ['patientId'] },
);
const patients = fc.array(
  fc.record({
    person,
    study: fc.constantFrom('1.2', '1.3', '1.4'),
    series: fc.dictionary(fc.constantFrom('1', '2'), fc.nat({ max: 3 }), { maxKeys: 2 }),
  }),
  { minLength: 1, maxLength: 3 },
);

/** A series belongs to one study. */
function below(study: string, series: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(series).map(([uid, count]) => [`${study}.${uid}`, count]));
}

it('never makes one record of two patients, whatever the order of the answers', async () => {
  const held = (found: Patient[], uid: string) =>
    found.filter(({ studies }) => studies.some(({ studyInstanceUid }) => studyInstanceUid === uid));
  /** What is joined: for each record, the patients whose copies it is made of. */
  const records = async (answers: Answer[]) => {
    const { studies } = await joinAnswers(answers);
    return studies.map(({ study: { studyInstanceUid }, archives, contested, patient: one }) => {
      const copies = archives.flatMap((id) =>
        held([...(answers.find(({ archiveId }) => archiveId === id)?.patients ?? [])], studyInstanceUid),
      );
      // A contested copy is alone: its archive may name several patients.
      if (!contested)
        for (const [at, copy] of copies.entries())
          for (const other of copies.slice(at + 1)) expect(isSamePatient(copy, other)).toBe(true);
      return JSON.stringify([studyInstanceUid, contested, contested ? one : [...archives].sort()]);
    });
  };
  await fc.assert(
    fc.asyncProperty(patients, patients, async (one, other) => {
      const [a, b] = [one, other].map((some, at) =>
        answer('ab'[at]!, ...some.map(({ person: who, study, series }) => patient(who, below(study, series), study))),
      ) as [Answer, Answer];
      const forward = await records([a, b]);
      const backward = await records([b, a]);
      expect(forward.sort()).toEqual(backward.sort());
      // Every study of every patient is in a record.
      const uids = new Set([...one, ...other].map(({ study }) => study));
      expect(new Set(forward.map((text) => (JSON.parse(text) as [string])[0]))).toEqual(uids);
    }),
    { numRuns: 10_000 },
  );
});
