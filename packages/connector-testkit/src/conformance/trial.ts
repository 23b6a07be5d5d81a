import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import {
  archiveErrors,
  type Connector,
  type ConnectorErrorKind,
  type Depth,
  type ErrorTable,
  isComplete,
  isErrorCode,
  type Notice,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import {
  criteriaOf,
  holdings,
  instancesOf,
  linesOf,
  type OptionalAttribute,
  type Question,
  studiesOf,
} from './expectation.js';

/** Deadline of a search, milliseconds. */
const DEADLINE_MS = 25_000;
/** The limit for "at once", milliseconds: far below any archive's timeout, far above the noise of a busy machine. */
const AT_ONCE_MS = 3_000;

/** What the tests know about the archive and its connector. */
export interface TestedArchive {
  /** Attributes that the archive lacks. */
  lacks: ReadonlySet<OptionalAttribute>;
  /** The error table of the connector's package. */
  errors?: ErrorTable;
}

/** A connector under test, with the assertions of all tests. */
export class Trial {
  constructor(
    readonly connector: Connector,
    private readonly archive: TestedArchive,
  ) {}

  get lacks(): ReadonlySet<OptionalAttribute> {
    return this.archive.lacks;
  }

  /** Searches, and checks the codes of the notices. */
  async search(
    question: Question,
    depth: Depth = 'instance',
    signal = AbortSignal.timeout(DEADLINE_MS),
  ): Promise<SearchResult> {
    return this.withCodes(await this.connector.search(criteriaOf(question), { signal, depth }));
  }

  /** Searches for everything with a deadline in `ms` milliseconds, which the connector knows. */
  async searchUntil(question: Question, ms: number): Promise<SearchResult> {
    const signal = AbortSignal.timeout(ms);
    const deadline = performance.now() + ms;
    return this.withCodes(await this.connector.search(criteriaOf(question), { signal, deadline, depth: 'instance' }));
  }

  private withCodes(result: SearchResult): SearchResult {
    for (const notice of result.notices) this.expectCode(notice);
    return result;
  }

  private expectCode({ code, title }: Notice): void {
    const { errors } = this.archive;
    if (code === undefined) return assert.ok(!errors, `the notice "${title}" has no code`);
    assert.ok(isErrorCode(code), `the notice "${title}" has the code "${String(code)}", which is not an error code`);
    const known = !errors || Object.hasOwn(errors.codes, code) || Object.hasOwn(archiveErrors.codes, code);
    assert.ok(known, `the notice "${title}" has the code ${code}, which is not in the error table`);
  }

  /** Searches, and compares the result with the sample archive: nothing is missing, added or repeated. */
  async expectHoldings(question: Question, depth: Depth = 'instance'): Promise<SearchResult> {
    const result = await this.search(question, depth);
    const expected = holdings(question, this.lacks);
    assert.deepEqual(linesOf(result.patients, depth, this.lacks), linesOf(expected, depth, this.lacks));
    for (const notice of result.notices) {
      assert.notEqual(
        notice.severity,
        'ERROR',
        `a result without a fault has a notice of an error: ${notice.description}`,
      );
    }
    return result;
  }

  /** Searches for what the archive does not have, and expects no result. `orRejects` also accepts a ConnectorError. */
  async expectNothing(question: Question, orRejects?: 'orRejects'): Promise<void> {
    let result: SearchResult;
    try {
      result = await this.search(question);
    } catch (error) {
      if (!orRejects) throw error;
      this.expectConnectorError(error);
      return;
    }
    assert.deepEqual(linesOf(result.patients, 'instance', this.lacks), [], `searched for ${JSON.stringify(question)}`);
  }

  /** Searches, and expects a result or a ConnectorError, for which it returns `undefined`. */
  async searchOrFault(question: Question, signal?: AbortSignal): Promise<SearchResult | undefined> {
    try {
      return await this.search(question, 'instance', signal);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      this.expectConnectorError(error);
      return undefined;
    }
  }

  /** Expects the whole result, a part of it with a notice that something is missing, or a ConnectorError. */
  async expectHoldingsOrFault(question: Question, signal?: AbortSignal): Promise<void> {
    const result = await this.searchOrFault(question, signal);
    if (result === undefined) return;
    const found = linesOf(result.patients, 'instance', this.lacks);
    const expected = linesOf(holdings(question, this.lacks), 'instance', this.lacks);
    if (isComplete(result)) return assert.deepEqual(found, expected);
    const added = instancesOf(studiesOf(result)).filter((uid) => !expected.some((line) => line.includes(uid)));
    assert.deepEqual(added, [], 'instances that the archive does not have');
  }

  /** Expects that `pending` ends at once when `signal` has aborted. */
  async expectAtOnceAfter(signal: AbortSignal, pending: Promise<void>): Promise<void> {
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
    const tooLate = aborted.then(() => delay(AT_ONCE_MS, 'late' as const, { ref: false }));
    assert.notEqual(await Promise.race([pending, tooLate]), 'late', `goes on ${AT_ONCE_MS} ms after the deadline`);
  }

  /** Expects that `pending` rejects at once with a ConnectorError of this connector. */
  async expectRejection(pending: Promise<unknown>, kind?: ConnectorErrorKind): Promise<void> {
    const start = performance.now();
    const outcome = await Promise.race([
      pending.then(
        () => ({ what: 'resolved' as const }),
        (error: unknown) => ({ what: 'rejected' as const, error }),
      ),
      new Promise<{ what: 'nothing' }>((resolve) => setTimeout(() => resolve({ what: 'nothing' }), AT_ONCE_MS).unref()),
    ]);
    const after = `after ${Math.round(performance.now() - start)} ms`;
    if (outcome.what !== 'rejected') assert.fail(`expected a rejection, ${outcome.what} ${after}`);
    this.expectConnectorError(outcome.error, kind);
  }

  private expectConnectorError(error: unknown, kind?: ConnectorErrorKind): void {
    // By name, because a package under test may have its own copy of connector-core.
    assert.ok(
      error instanceof Error && error.name === 'ConnectorError',
      `expected a ConnectorError, got ${String(error)}`,
    );
    assert.equal((error as { connectorId?: string }).connectorId, this.connector.id, 'connectorId');
    assert.ok(error.message.trim() !== '', 'the error has no message');
    const { code } = error as { code?: unknown };
    assert.ok(
      isErrorCode(code),
      `the error "${error.message}" has the code "${String(code)}", which is not an error code`,
    );
    if (kind) assert.equal((error as { kind?: string }).kind, kind, `kind of "${error.message}"`);
  }
}

/** A requirement of connectors. */
export interface TrialCase {
  name: string;
  run(trial: Trial): Promise<void>;
}

/** A connector to an archive with the patients of `sampleArchive` and no others. */
export interface OpenConnector {
  connector: Connector;
  /** Called once after the test, which may have closed the connector. */
  close(): Promise<void>;
}

/** Runs a test with the connector that `open` makes, and closes it. */
export async function withConnector(
  open: () => Promise<OpenConnector>,
  archive: TestedArchive,
  run: (trial: Trial) => Promise<void>,
): Promise<void> {
  const { connector, close } = await open();
  try {
    await run(new Trial(connector, archive));
  } finally {
    await close();
  }
}
