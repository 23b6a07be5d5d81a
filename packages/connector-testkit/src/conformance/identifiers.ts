import { IDENTIFIER_KINDS } from '@pacs-connectors/connector-core';
import { instanceRows, sampleArchive } from '../fixtures/sample-archive.js';
import { type Question } from './expectation.js';
import { type TrialCase } from './trial.js';

const PATIENTS: Question = {
  patientIds: [...new Set(sampleArchive.map(({ patientId }) => patientId))].map((id) => ({ id })),
};
const STUDIES = sampleArchive.flatMap((patient) => patient.studies);
const SERIES = STUDIES.flatMap((study) => study.series);
const SOP_INSTANCES = instanceRows().map(({ instance }) => instance.sopInstanceUid);

const [studyA, studyB, studyC] = STUDIES.map((study) => study.studyInstanceUid) as [string, string, string];
const [seriesA, , , seriesB] = SERIES.map((series) => series.seriesInstanceUid) as [string, string, string, string];
const unknownUid = '2.25.11111111111111111111';

/** A question for each kind of identifier, with a single value of the archive. */
export const SINGLE_QUESTIONS: Question[] = [
  { patientIds: [{ id: 'DEMO-1' }] },
  { studyInstanceUids: [studyB] },
  { accessionNumbers: ['B-2020-9'] },
  { seriesInstanceUids: [seriesA] },
  { sopInstanceUids: [SOP_INSTANCES[0] as string] },
];

const UNKNOWN: Question = {
  patientIds: [{ id: 'NOBODY' }],
  studyInstanceUids: [unknownUid],
  accessionNumbers: ['NOTHING'],
  seriesInstanceUids: [`${unknownUid}2`],
  sopInstanceUids: [`${unknownUid}3`],
};

/** Each kind of identifier, alone and combined. */
export const identifierCases: TrialCase[] = [
  ...SINGLE_QUESTIONS.map(
    (question) =>
      ({
        name: `finds by one of ${Object.keys(question)[0]}`,
        run: async (trial) => void (await trial.expectHoldings(question)),
      }) satisfies TrialCase,
  ),
  {
    name: 'returns every patient with the whole tree and all attributes',
    run: async (trial) => void (await trial.expectHoldings(PATIENTS)),
  },
  {
    name: 'returns the tree down to the requested level',
    async run(trial) {
      await trial.expectHoldings(PATIENTS, 'study');
      await trial.expectHoldings(PATIENTS, 'series');
      await trial.expectHoldings({ seriesInstanceUids: [seriesA] }, 'study');
      await trial.expectHoldings({ accessionNumbers: ['MR-17'] }, 'series');
    },
  },
  {
    name: 'finds by several values of one kind',
    async run(trial) {
      await trial.expectHoldings({ patientIds: [{ id: 'DEMO_2' }, { id: 'NO DATE 6' }] });
      await trial.expectHoldings({ studyInstanceUids: [studyA, studyC] });
      await trial.expectHoldings({ accessionNumbers: ['A 17 42', '000123'] });
      await trial.expectHoldings({ seriesInstanceUids: [seriesA, seriesB] });
      await trial.expectHoldings({
        sopInstanceUids: [0, 1, 5, 30].map((position) => SOP_INSTANCES[position] as string),
      });
    },
  },
  {
    name: 'returns the union of several kinds, each node once',
    async run(trial) {
      await trial.expectHoldings({
        patientIds: [{ id: 'DEMO_2' }],
        studyInstanceUids: [studyB],
        accessionNumbers: ['FILM-1'],
        seriesInstanceUids: [seriesA],
        sopInstanceUids: [SOP_INSTANCES.at(-1) as string],
      });
      // Each value matches a part of what the others match.
      await trial.expectHoldings({
        patientIds: [{ id: 'DEMO-1' }],
        studyInstanceUids: [studyA],
        accessionNumbers: ['A 17 42'],
        seriesInstanceUids: [seriesA],
        sopInstanceUids: [SOP_INSTANCES[0] as string],
      });
    },
  },
  {
    name: 'ignores repeated values',
    async run(trial) {
      await trial.expectHoldings({
        studyInstanceUids: [studyA, studyA],
        patientIds: [{ id: 'DEMO_2' }, { id: 'DEMO_2' }],
      });
    },
  },
  {
    name: 'distinguishes patients with the same id by the issuer',
    async run(trial) {
      await trial.expectHoldings({ patientIds: [{ id: '0042' }] });
      await trial.expectHoldings({ patientIds: [{ id: '0042', issuer: 'HOSPITAL_A' }] });
      await trial.expectHoldings({ patientIds: [{ id: '0042', issuer: 'HOSPITAL_B' }] });
      await trial.expectHoldings({ patientIds: [{ id: '0042', issuer: 'HOSPITAL_A' }, { id: 'DEMO-5' }] });
      await trial.expectHoldings({ patientIds: [{ id: '0042', issuer: 'HOSPITAL_C' }] });
    },
  },
  {
    name: 'finds nothing for unknown values, of each kind and of all kinds',
    async run(trial) {
      for (const kind of IDENTIFIER_KINDS) await trial.expectNothing({ [kind]: UNKNOWN[kind] });
      await trial.expectNothing(UNKNOWN);
    },
  },
  {
    name: 'finds known values among unknown ones',
    async run(trial) {
      await trial.expectHoldings({ ...UNKNOWN, studyInstanceUids: [unknownUid, studyC] });
      await trial.expectHoldings({ accessionNumbers: ['NOTHING', 'MR-17'] });
    },
  },
  {
    name: 'accepts 300 values of one kind',
    async run(trial) {
      const unknown = Array.from({ length: 299 }, (_, n) => `${unknownUid}${n}`);
      await trial.expectHoldings({ studyInstanceUids: [...unknown, studyA] });
    },
  },
];
