import assert from 'node:assert/strict';
import { instanceRows } from '../fixtures/sample-archive.js';
import { SINGLE_QUESTIONS } from './identifiers.js';
import { type TrialCase } from './trial.js';

const QUESTION = { patientIds: [{ id: 'DEMO-1' }] };

/** Concurrent callers, cancellation, deadlines, and closing. */
export const lifecycleCases: TrialCase[] = [
  {
    name: 'answers 20 concurrent searches, each with its own result',
    async run(trial) {
      const questions = Array.from({ length: 20 }, (_, n) => SINGLE_QUESTIONS[n % SINGLE_QUESTIONS.length] ?? QUESTION);
      await Promise.all(questions.map((question) => trial.expectHoldings(question)));
    },
  },
  {
    name: 'returns the latency of its check in milliseconds',
    async run(trial) {
      const { latencyMs } = await trial.connector.check(AbortSignal.timeout(20_000));
      assert.ok(Number.isFinite(latencyMs) && latencyMs >= 0, `latencyMs is ${latencyMs}`);
    },
  },
  {
    name: 'returns a study of the archive as a sample if it can browse, and answers the next search',
    async run(trial) {
      const { connector } = trial;
      if (!connector.sampleStudy) return;
      const study = await connector.sampleStudy(AbortSignal.timeout(20_000));
      const held = new Set(instanceRows().map((row) => row.study.studyInstanceUid));
      assert.ok(study !== undefined && held.has(study), 'sampleStudy returned no study of the archive');
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'rejects with "cancelled" if the caller left before the search, and answers the next search',
    async run(trial) {
      await trial.expectRejection(trial.search(QUESTION, 'instance', AbortSignal.abort()), 'cancelled');
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'rejects with "cancelled" at once when the caller leaves, and answers the next search',
    async run(trial) {
      const caller = new AbortController();
      const pending = trial.search(QUESTION, 'instance', caller.signal);
      caller.abort();
      await trial.expectRejection(pending, 'cancelled');
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'rejects with "timeout" at once when the deadline passes, and answers the next search',
    async run(trial) {
      const caller = new AbortController();
      const pending = trial.search(QUESTION, 'instance', caller.signal);
      // The reason of AbortSignal.timeout, without waiting for it.
      caller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
      await trial.expectRejection(pending, 'timeout');
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'continues for the other callers if one of several identical searches is cancelled',
    async run(trial) {
      const caller = new AbortController();
      const leaving = trial.search(QUESTION, 'instance', caller.signal);
      const staying = [trial.expectHoldings(QUESTION), trial.expectHoldings(QUESTION)];
      caller.abort();
      await Promise.all([trial.expectRejection(leaving, 'cancelled'), ...staying]);
    },
  },
  {
    name: 'closes with searches in progress, which then end',
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
    name: 'rejects searches and checks after it was closed, and may be closed again',
    async run(trial) {
      await trial.expectHoldings(QUESTION);
      await trial.connector.close();
      await trial.expectRejection(trial.search(QUESTION));
      await trial.expectRejection(trial.connector.check(AbortSignal.timeout(20_000)));
      await trial.connector.close();
    },
  },
];
