import assert from 'node:assert/strict';
import { instanceRows } from '../fixtures/sample-archive.js';
import { SINGLE_QUESTIONS } from './identifiers.js';
import { type TrialCase } from './trial.js';

const QUESTION = { patientIds: [{ id: 'DEMO-1' }] };

/** Many callers, callers who go away, deadlines, and the end. */
export const lifecycleCases: TrialCase[] = [
  {
    name: 'answers 20 questions at once, each with its own answer',
    async run(trial) {
      const questions = Array.from({ length: 20 }, (_, n) => SINGLE_QUESTIONS[n % SINGLE_QUESTIONS.length] ?? QUESTION);
      await Promise.all(questions.map((question) => trial.expectHoldings(question)));
    },
  },
  {
    name: 'gives the latency of its check, in milliseconds',
    async run(trial) {
      const { latencyMs } = await trial.connector.check(AbortSignal.timeout(20_000));
      assert.ok(Number.isFinite(latencyMs) && latencyMs >= 0, `latencyMs is ${latencyMs}`);
    },
  },
  {
    name: 'browses to a study of the archive if it can browse, and answers the next',
    async run(trial) {
      const { connector } = trial;
      if (!connector.sampleStudy) return;
      const study = await connector.sampleStudy(AbortSignal.timeout(20_000));
      const held = new Set(instanceRows().map((row) => row.study.studyInstanceUid));
      assert.ok(study !== undefined && held.has(study), 'it gave no study of the archive');
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'rejects as "cancelled" when the caller was gone before it asked, and answers the next',
    async run(trial) {
      await trial.expectRejection(trial.search(QUESTION, 'instance', AbortSignal.abort()), 'cancelled');
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'rejects as "cancelled" at once when the caller goes away, and answers the next',
    async run(trial) {
      const caller = new AbortController();
      const pending = trial.search(QUESTION, 'instance', caller.signal);
      caller.abort();
      await trial.expectRejection(pending, 'cancelled');
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'rejects as "timeout" at once when the deadline passes, and answers the next',
    async run(trial) {
      const caller = new AbortController();
      const pending = trial.search(QUESTION, 'instance', caller.signal);
      // The reason that AbortSignal.timeout gives, without waiting for a clock.
      caller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
      await trial.expectRejection(pending, 'timeout');
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'lets one caller go without a loss to the others who ask the same',
    async run(trial) {
      const caller = new AbortController();
      const leaving = trial.search(QUESTION, 'instance', caller.signal);
      const staying = [trial.expectHoldings(QUESTION), trial.expectHoldings(QUESTION)];
      caller.abort();
      await Promise.all([trial.expectRejection(leaving, 'cancelled'), ...staying]);
    },
  },
  {
    name: 'closes with questions under way, which then end',
    async run(trial) {
      const pending = SINGLE_QUESTIONS.map((question) => trial.search(question));
      const outcomes = Promise.allSettled(pending);
      await trial.connector.close();
      for (const outcome of await outcomes) {
        if (outcome.status === 'rejected') await trial.expectRejection(Promise.reject(outcome.reason as Error));
      }
    },
  },
  {
    name: 'rejects what is asked after it was closed, and may be closed again',
    async run(trial) {
      await trial.expectHoldings(QUESTION);
      await trial.connector.close();
      await trial.expectRejection(trial.search(QUESTION));
      await trial.expectRejection(trial.connector.check(AbortSignal.timeout(20_000)));
      await trial.connector.close();
    },
  },
];
