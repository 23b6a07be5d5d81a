import assert from 'node:assert/strict';
import {
  filterResult,
  filterStudies,
  isComplete,
  type SearchResult,
  type Study,
} from '@pacs-connectors/connector-core';
import { instancesOf, type Question, studiesOf, uidsOf } from './expectation.js';
import { type ScriptedArchive } from './scripted-archive.js';
import { type Trial } from './trial.js';

/** A requirement that the answers of a {@link ScriptedArchive} put to the test. */
export interface ScriptedCase {
  name: string;
  archive: ScriptedArchive;
  run(trial: Trial, archive: ScriptedArchive): Promise<void>;
}

/** Searches by `filters`, and expects the studies of the archive that pass them when they are read as they are. */
export async function expectFiltered(trial: Trial, { patients }: ScriptedArchive, question: Question): Promise<void> {
  const filters = question.filters ?? {};
  const result = filterResult(trial.connector.id, await trial.search(question, 'study'), filters);
  const expected = uidsOf(studiesOf({ patients: filterStudies(patients, filters) }));
  assert.deepEqual(uidsOf(studiesOf(result)), expected, `filters ${JSON.stringify(filters)}`);
}

/**
 * Expects that `returned`, which the archive returns for another identifier than theirs, are shown or counted as missing, and
 * that a notice says so in both cases.
 */
export function expectShownOrCounted(result: SearchResult, returned: readonly Study[]): void {
  const shown = uidsOf(studiesOf(result));
  const left = uidsOf(returned).filter((uid) => !shown.includes(uid));
  const counts = result.notices.map(({ missing }) => (missing?.level === 'study' ? (missing.count ?? 0) : 0));
  assert.deepEqual(
    shown.filter((uid) => !uidsOf(returned).includes(uid)),
    [],
    'studies that the archive did not return',
  );
  const counted = counts.reduce((sum, count) => sum + count, 0);
  assert.equal(counted, left.length, `studies that a notice counts as missing, of ${returned.length}`);
  assert.ok(result.notices.length > 0, 'no notice says that the studies have another identifier');
}

/** Expects all instances of `expected`, or a part of them with a notice that something is missing. */
export function expectAllOrIncomplete(result: SearchResult, expected: readonly Study[]): void {
  const found = instancesOf(studiesOf(result));
  const wanted = instancesOf(expected);
  assert.deepEqual(
    found.filter((uid) => !wanted.includes(uid)),
    [],
    'instances that the archive does not have',
  );
  if (isComplete(result)) assert.deepEqual(found, wanted, 'an answer without a notice that something is missing');
}

/** Expects that a notice names each of `studyInstanceUids` among the studies that lack something, and no other one. */
export function expectNamed({ notices }: SearchResult, studyInstanceUids: readonly string[]): void {
  const named = new Set(notices.flatMap(({ missing }) => missing?.studyInstanceUids ?? []));
  assert.deepEqual([...named].sort(), [...studyInstanceUids].sort(), 'studies that a notice says are incomplete');
}
