import assert from 'node:assert/strict';
import { instancesOf, studiesOf } from './expectation.js';
import { scriptedPatient } from './scripted-archive.js';
import { expectAllOrIncomplete, expectNamed, type ScriptedCase } from './scripted-trial.js';

const byPatient = { patientIds: [{ id: 'S-1' }] };
const manyStudies = scriptedPatient({ studies: 13 });
const oneStudy = scriptedPatient({ studies: 1, series: 7, instances: 7 });
const someStudies = scriptedPatient({ studies: 3, series: 2, instances: 2 });

/** An answer that the archive cuts without saying so never passes for complete. */
export const incompleteAnswerCases: ScriptedCase[] = [
  {
    name: 'returns all studies of an archive that limits its results silently, or says that some are missing',
    archive: { patients: [manyStudies], mostResults: 5 },
    async run(trial) {
      expectAllOrIncomplete(await trial.search(byPatient), manyStudies.studies);
    },
  },
  {
    name: 'returns all series and instances of an archive that limits its results silently, or says that some are missing',
    archive: { patients: [oneStudy], mostResults: 3 },
    async run(trial) {
      expectAllOrIncomplete(await trial.search(byPatient), oneStudy.studies);
    },
  },
  {
    name: 'asks for the next page if the archive has removed results from a page',
    archive: {
      patients: [manyStudies],
      mostResults: 5,
      hidden: [1, 4, 5, 6].map((n) => manyStudies.studies[n]?.studyInstanceUid as string),
    },
    async run(trial, { hidden = [] }) {
      const expected = manyStudies.studies.filter(({ studyInstanceUid }) => !hidden.includes(studyInstanceUid));
      expectAllOrIncomplete(await trial.search(byPatient), expected);
    },
  },
  {
    name: 'says that a series has no instances, and returns the others',
    archive: {
      patients: [someStudies],
      unlisted: [someStudies.studies[1]?.series[0]?.seriesInstanceUid as string],
    },
    async run(trial, { unlisted = [] }) {
      const result = await trial.search(byPatient);
      const listed = someStudies.studies.map((study) => ({
        ...study,
        series: study.series.filter(({ seriesInstanceUid }) => !unlisted.includes(seriesInstanceUid)),
      }));
      assert.deepEqual(instancesOf(studiesOf(result)), instancesOf(listed));
      assert.ok(result.notices.length > 0, 'no notice says that a series has no instances');
    },
  },
  {
    name: 'says that a study has no series, and returns the others',
    archive: { patients: [someStudies], unlisted: [someStudies.studies[2]?.studyInstanceUid as string] },
    async run(trial) {
      const result = await trial.search(byPatient);
      assert.deepEqual(instancesOf(studiesOf(result)), instancesOf(someStudies.studies.slice(0, 2)));
      assert.ok(result.notices.length > 0, 'no notice says that a study has no series');
    },
  },
  {
    name: 'counts a record that cannot be read as missing, and returns the others',
    archive: {
      patients: [oneStudy],
      unreadable: [oneStudy.studies[0]?.series[3]?.instances[2]?.sopInstanceUid as string],
    },
    async run(trial, { unreadable = [] }) {
      const result = await trial.search(byPatient);
      const expected = instancesOf(oneStudy.studies).filter((uid) => !unreadable.includes(uid));
      assert.deepEqual(instancesOf(studiesOf(result)), expected);
      const counts = result.notices.flatMap(({ missing }) => (missing ? [missing.count ?? 1] : []));
      assert.ok(counts.length > 0, 'no notice says that a record is missing');
    },
  },
];

/** One part that fails costs no other part. */
export const partialFailureCases: ScriptedCase[] = [
  {
    name: 'returns the other studies if the archive fails for one, and names it',
    archive: { patients: [someStudies], failing: [someStudies.studies[1]?.studyInstanceUid as string] },
    run: async (trial, { failing = [] }) => {
      const result = await trial.search(byPatient);
      expectOthers(result, failing);
    },
  },
  {
    name: 'returns at the deadline what has come if the archive is silent about one study, and names it',
    archive: { patients: [someStudies], silent: [someStudies.studies[0]?.studyInstanceUid as string] },
    run: async (trial, { silent = [] }) => {
      const result = await trial.searchUntil(byPatient, DEADLINE_MS);
      expectOthers(result, silent);
    },
  },
  {
    name: 'rejects if the archive fails for every study, or names all of them',
    archive: { patients: [someStudies], failing: someStudies.studies.map(({ studyInstanceUid }) => studyInstanceUid) },
    async run(trial, { failing = [] }) {
      const result = await trial.searchOrFault(byPatient);
      if (result === undefined) return;
      assert.deepEqual(instancesOf(studiesOf(result)), []);
      expectNamed(result, failing);
    },
  },
];

/** Milliseconds. It passes in full while an archive is silent. */
const DEADLINE_MS = 4_000;

function expectOthers(result: Parameters<typeof expectNamed>[0], studyInstanceUids: readonly string[]): void {
  const others = someStudies.studies.filter(({ studyInstanceUid }) => !studyInstanceUids.includes(studyInstanceUid));
  assert.deepEqual(instancesOf(studiesOf(result)), instancesOf(others));
  expectNamed(result, studyInstanceUids);
}
