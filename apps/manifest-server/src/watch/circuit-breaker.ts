import { ConnectorError, type ConnectorErrorKind } from '@pacs-connectors/connector-core';

/** Read whenever they are needed: they may change. */
export interface CircuitBreakerOptions {
  connectorId: string;
  /** Failures in a row after which the archive is left alone; 3 unless told. */
  failures?: number;
  /** Time for which it is left alone, milliseconds; 15,000 unless told. */
  restMs?: number;
  /** The clock, milliseconds. */
  now?(): number;
}

export type CircuitState =
  /** Questions pass. */
  | 'closed'
  /** Questions fail at once. */
  | 'open'
  /** One question may try. */
  | 'half-open';

/** What says that the archive itself is away. A refusal or a wrong answer comes from one that is there. */
const AWAY: ReadonlySet<ConnectorErrorKind> = new Set(['unavailable', 'timeout']);

/** The archive is left alone: it was not asked. */
export class CircuitOpenError extends ConnectorError {}

/**
 * Leaves an archive alone that was away several times in a row: whoever asks meanwhile is told at once instead of waiting
 * for the deadline. After a rest, or once a health check has found it, one question tries; its success lets all pass again.
 */
export class CircuitBreaker {
  private readonly now: () => number;
  private failuresInARow = 0;
  private openUntil = 0;
  private trying = false;
  private lastFailure?: ConnectorError;

  constructor(private readonly options: CircuitBreakerOptions) {
    this.now = options.now ?? Date.now;
  }

  private get limit(): number {
    return this.options.failures ?? 3;
  }

  get state(): CircuitState {
    if (this.failuresInARow < this.limit) return 'closed';
    return this.now() < this.openUntil ? 'open' : 'half-open';
  }

  /**
   * Does `work` unless the archive is left alone.
   *
   * @throws CircuitOpenError (`unavailable`) at once while it is; what `work` throws
   */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const state = this.state;
    const trial = state === 'half-open';
    if (state === 'open' || (trial && this.trying)) throw this.leftAlone();
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

  /** A health check has found the archive: the next question may try. */
  allowTrial(): void {
    this.openUntil = 0;
  }

  private recover(): void {
    this.failuresInARow = 0;
    this.lastFailure = undefined;
  }

  private note(error: unknown): void {
    if (!(error instanceof ConnectorError) || error.kind === 'cancelled') return;
    if (!AWAY.has(error.kind)) return this.recover();
    this.lastFailure = error;
    this.failuresInARow++;
    if (this.failuresInARow >= this.limit) this.openUntil = this.now() + (this.options.restMs ?? 15_000);
  }

  private leftAlone(): CircuitOpenError {
    const seconds = Math.max(1, Math.ceil((this.openUntil - this.now()) / 1000));
    const reason = this.lastFailure ? ` Last: ${this.lastFailure.message}.` : '';
    const remedy = this.lastFailure?.remedy ? `${this.lastFailure.remedy.replace(/\.?$/, '.')} ` : '';
    return new CircuitOpenError(
      this.options.connectorId,
      'unavailable',
      `not asked, since it did not answer ${this.failuresInARow} times in a row.${reason}`,
      { remedy: `${remedy}Try again in ${seconds} s.`, cause: this.lastFailure },
    );
  }
}
