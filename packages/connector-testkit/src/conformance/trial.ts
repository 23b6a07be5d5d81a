import assert from 'node:assert/strict';
import {
  type Connector,
  type ConnectorErrorKind,
  type Depth,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import { criteriaOf, holdings, linesOf, type OptionalAttribute, type Question } from './expectation.js';

/** Time that an archive gets for one answer, milliseconds. */
const PATIENCE_MS = 25_000;
/** "At once", milliseconds: far below any archive's time-out, far above the noise of a busy machine. */
const AT_ONCE_MS = 3_000;

/** One connector under test, and what is asked of it in every case. */
export class Trial {
  constructor(
    readonly connector: Connector,
    readonly lacks: ReadonlySet<OptionalAttribute>,
  ) {}

  search(
    question: Question,
    depth: Depth = 'instance',
    signal = AbortSignal.timeout(PATIENCE_MS),
  ): Promise<SearchResult> {
    return this.connector.search(criteriaOf(question), { signal, depth });
  }

  /** Asks, and compares the answer with what the sample archive holds: nothing missing, nothing more, nothing twice. */
  async expectHoldings(question: Question, depth: Depth = 'instance'): Promise<SearchResult> {
    const result = await this.search(question, depth);
    const expected = holdings(question, this.lacks);
    assert.deepEqual(linesOf(result.patients, depth, this.lacks), linesOf(expected, depth, this.lacks));
    for (const notice of result.notices) {
      assert.notEqual(
        notice.severity,
        'ERROR',
        `an answer without fault has a notice of an error: ${notice.description}`,
      );
    }
    return result;
  }

  /** Asks for what the archive does not hold: the answer is empty. `orRejects`: it may also be refused with a ConnectorError. */
  async expectNothing(question: Question, orRejects?: 'orRejects'): Promise<void> {
    let result: SearchResult;
    try {
      result = await this.search(question);
    } catch (error) {
      if (!orRejects) throw error;
      this.expectConnectorError(error);
      return;
    }
    assert.deepEqual(linesOf(result.patients, 'instance', this.lacks), [], `asked for ${JSON.stringify(question)}`);
  }

  /** As {@link expectHoldings}, or a rejection with a ConnectorError: the whole or nothing. */
  async expectHoldingsOrRejection(question: Question): Promise<void> {
    try {
      await this.expectHoldings(question);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      this.expectConnectorError(error);
    }
  }

  /** `pending` rejects at once with a ConnectorError of this connector. */
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
    // By name: a package under test may bring a copy of connector-core of its own.
    assert.ok(
      error instanceof Error && error.name === 'ConnectorError',
      `expected a ConnectorError, got ${String(error)}`,
    );
    assert.equal((error as { connectorId?: string }).connectorId, this.connector.id, 'connectorId');
    assert.ok(error.message.trim() !== '', 'the error says nothing');
    if (kind) assert.equal((error as { kind?: string }).kind, kind, `kind of "${error.message}"`);
  }
}

/** One thing that a connector has to do. */
export interface TrialCase {
  name: string;
  run(trial: Trial): Promise<void>;
}

/** A connector to an archive that holds `sampleArchive` and nothing else, and how to be rid of it. */
export interface OpenConnector {
  connector: Connector;
  /** Called once after the case; the connector may have been closed by then. */
  close(): Promise<void>;
}

/** Tries what `open` makes, and closes it. */
export async function withConnector(
  open: () => Promise<OpenConnector>,
  lacks: ReadonlySet<OptionalAttribute>,
  run: (trial: Trial) => Promise<void>,
): Promise<void> {
  const { connector, close } = await open();
  try {
    await run(new Trial(connector, lacks));
  } finally {
    await close();
  }
}
