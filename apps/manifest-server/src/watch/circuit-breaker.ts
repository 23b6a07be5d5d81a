import { ConnectorError, type ConnectorErrorKind, withFullStop } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';

/** Options of a circuit breaker. It reads them each time, since a reload may change them. */
export interface CircuitBreakerOptions {
  connectorId: string;
  /** Failures in a row that start the pause; default: 3. */
  failures?: number;
  /** Length of the pause, milliseconds; default: 15,000. */
  restMs?: number;
  /** The clock, milliseconds; default: the system's. */
  now?(): number;
}

export type CircuitState =
  /** Searches pass. */
  | 'closed'
  /** Searches fail at once. */
  | 'open'
  /** One search passes, as a trial. */
  | 'half-open';

/** Kinds of error of an archive that does not answer. A refusal or a wrong answer is an answer. */
const NO_ANSWER: ReadonlySet<ConnectorErrorKind> = new Set(['unavailable', 'timeout']);

/** The error of a search that the circuit breaker refused. The archive was not queried. */
export class CircuitOpenError extends ConnectorError {}

/**
 * Pauses an archive that did not answer several times in a row. Searches then fail at once instead of waiting for the deadline.
 * After the pause, or a successful health check, one search passes as a trial. If it succeeds, all pass again.
 */
export class CircuitBreaker {
  private readonly now: () => number;
  private failuresInARow = 0;
  private openUntil = 0;
  private trying = false;
  private lastFailure?: ConnectorError;

  constructor(private readonly options: CircuitBreakerOptions) {
    // A system clock that is set back must not prolong a pause.
    this.now = options.now ?? (() => performance.now());
  }

  private get limit(): number {
    return this.options.failures ?? 3;
  }

  get state(): CircuitState {
    if (this.failuresInARow < this.limit) return 'closed';
    return this.now() < this.openUntil ? 'open' : 'half-open';
  }

  /**
   * Runs `work` unless the archive is paused.
   *
   * @throws CircuitOpenError (`server.archive.paused`) if it is paused, and any error of `work`.
   */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const state = this.state;
    const trial = state === 'half-open';
    if (state === 'open' || (trial && this.trying)) throw this.pausedError();
    if (trial) this.trying = true;
    try {
      const result = await work();
      this.recover();
      return result;
    } catch (error) {
      this.note(error);
      throw error;
    } finally {
      if (trial) this.trying = false;
    }
  }

  /** Ends the pause after a successful health check: the next search is the trial. */
  allowTrial(): void {
    this.openUntil = 0;
  }

  private recover(): void {
    this.failuresInARow = 0;
    this.lastFailure = undefined;
  }

  private note(error: unknown): void {
    if (!(error instanceof ConnectorError) || error.kind === 'cancelled') return;
    if (!NO_ANSWER.has(error.kind)) return this.recover();
    this.lastFailure = error;
    this.failuresInARow++;
    if (this.failuresInARow >= this.limit) this.openUntil = this.now() + (this.options.restMs ?? 15_000);
  }

  private pausedError(): CircuitOpenError {
    const seconds = Math.max(1, Math.ceil((this.openUntil - this.now()) / 1000));
    const reason = this.lastFailure ? ` The last error: ${withFullStop(this.lastFailure.message)}` : '';
    const remedy = this.lastFailure?.remedy ? `${withFullStop(this.lastFailure.remedy)} ` : '';
    return new CircuitOpenError(
      this.options.connectorId,
      'unavailable',
      `not searched, since it did not answer ${this.failuresInARow} times in a row.${reason}`,
      { code: codes['server.archive.paused'], remedy: `${remedy}Try again in ${seconds} s.`, cause: this.lastFailure },
    );
  }
}
