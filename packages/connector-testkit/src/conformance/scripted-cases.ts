import assert from 'node:assert/strict';
import { type ConformanceCase } from './conformance-case.js';
import { instancesOf, studiesOf } from './expectation.js';
import { incompleteAnswerCases, partialFailureCases } from './incomplete-answers.js';
import { rawValueCases } from './raw-values.js';
import { type ScriptedAnswer, type ScriptedArchives, scriptedPatient } from './scripted-archive.js';
import { type ScriptedCase } from './scripted-trial.js';
import { type TestedArchive, withConnector } from './trial.js';

/** Returns the tests of scripted archives that the archive language can have, each with its own archive. */
export function scriptedCases(archives: ScriptedArchives, tested: TestedArchive): ConformanceCase[] {
  const { emptyAnswers = [], impossible = {} } = archives;
  const isPossible = ({ archive }: ScriptedCase) =>
    (Object.keys(archive) as (ScriptedAnswer | 'patients')[]).every((key) => key === 'patients' || !impossible[key]);
  const cases = [
    ...rawValueCases,
    ...incompleteAnswerCases,
    ...emptyAnswers.map(emptyAnswerCase),
    ...partialFailureCases,
  ];
  return cases.filter(isPossible).map(({ name, archive, run }) => ({
    name,
    run: () =>
      withConnector(
        () => archives.open(archive),
        tested,
        (trial) => run(trial, archive),
      ),
  }));
}

function emptyAnswerCase(emptyAnswer: string): ScriptedCase {
  const patient = scriptedPatient({ studies: 2 });
  return {
    name: `takes an empty answer for nothing: ${emptyAnswer}`,
    archive: { patients: [patient], emptyAnswer },
    async run(trial) {
      for (const question of [
        { patientIds: [{ id: 'NOBODY' }] },
        { accessionNumbers: ['NONE'] },
        { studyInstanceUids: ['2.25.1'] },
      ]) {
        const { patients, notices } = await trial.search(question);
        assert.deepEqual(studiesOf({ patients }), [], JSON.stringify(question));
        const missing = notices.filter((notice) => notice.missing !== undefined);
        assert.deepEqual(missing, [], 'notices that something is missing');
      }
      const result = await trial.search({ patientIds: [{ id: 'S-1' }, { id: 'NOBODY' }] });
      assert.deepEqual(instancesOf(studiesOf(result)), instancesOf(patient.studies));
    },
  };
}
