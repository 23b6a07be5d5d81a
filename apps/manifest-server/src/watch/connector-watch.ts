import {
  warningsOf,
  type Connector,
  ConnectorError,
  type ConnectorErrorKind,
  type ErrorCode,
} from '@pacs-connectors/connector-core';
import { CircuitBreaker, CircuitOpenError, type CircuitState } from './circuit-breaker.js';
import { askByDeadline } from './deadline.js';

/** Options of a watch. It reads them each time, since a reload may change them. */
export interface ConnectorWatchOptions {
  /** Time between two checks, milliseconds, plus or minus a fifth; default: 30,000. */
  intervalMs?: number;
  /** Deadline of a check, milliseconds; default: 5,000. */
  timeoutMs?: number;
  /** Failures in a row that open the circuit breaker. */
  failures?: number;
  /** Pause of the circuit breaker, milliseconds. */
  restMs?: number;
  /** Called after each check and search, including searches that the circuit breaker refused (CircuitOpenError). */
  onOutcome?(outcome: Outcome): void;
  /** Called when the archive goes down and when it is up again. */
  onStatusChange?(health: ConnectorHealth): void;
}

/** The outcome of a check or search. */
export interface Outcome {
  connector: Connector;
  operation: 'check' | 'search';
  durationMs: number;
  /** `undefined` after a success. */
  error?: ConnectorError;
}

/** The state of one connector. */
export interface ConnectorHealth {
  id: string;
  type: string;
  /** `unknown` until the first check ends. */
  status: 'up' | 'down' | 'unknown';
  circuit: CircuitState;
  /** Duration of the last successful check, milliseconds. */
  latencyMs?: number;
  /** Warnings about settings that look like mistakes. */
  warnings?: readonly string[];
  /** Facts that the connector's check reported. */
  details?: Record<string, string | number | boolean>;
  /** ISO 8601. */
  lastSuccess?: string;
  lastError?: { at: string; kind: ConnectorErrorKind; code: ErrorCode; message: string; remedy?: string };
}

/**
 * Watches one connector: checks it in the background, one check at a time, and guards its searches by a circuit breaker.
 * {@link health} returns the latest result without waiting.
 */
export class ConnectorWatch {
  readonly breaker: CircuitBreaker;
  private readonly known: Pick<ConnectorHealth, 'latencyMs' | 'details' | 'lastSuccess' | 'lastError'> = {};
  private status: ConnectorHealth['status'] = 'unknown';
  private readonly stopping = new AbortController();
  private timer?: NodeJS.Timeout;
  private checking?: Promise<void>;
  private scheduledMs?: number;
  private runningSearches = 0;
  private held = 0;
  private released: () => void = () => undefined;

  constructor(
    readonly connector: Connector,
    private readonly options: ConnectorWatchOptions = {},
  ) {
    this.breaker = new CircuitBreaker({
      connectorId: connector.id,
      get failures() {
        return options.failures;
      },
      get restMs() {
        return options.restMs;
      },
    });
  }

  get health(): ConnectorHealth {
    const { id, type } = this.connector;
    const warnings = warningsOf(this.connector);
    const { known, status } = this;
    return { id, type, status, circuit: this.breaker.state, ...known, ...(warnings.length > 0 && { warnings }) };
  }

  /** The number of running searches. */
  get searching(): number {
    return this.runningSearches;
  }

  /** Whether a check has ended, with any result. */
  get checked(): boolean {
    return this.status !== 'unknown';
  }

  /** Starts the checks. @returns the first check */
  start(): Promise<void> {
    const first = this.check();
    this.schedule();
    return first;
  }

  /** Checks now, or waits for the running check. Never rejects. */
  check(): Promise<void> {
    this.checking ??= this.checkOnce().finally(() => (this.checking = undefined));
    return this.checking;
  }

  /** Runs a search through the circuit breaker, and records its outcome. */
  async search<Result>(work: () => Promise<Result>): Promise<Result> {
    const release = this.hold();
    this.runningSearches++;
    try {
      return await this.breaker.run(() => this.observe('search', work));
    } catch (error) {
      const { connector } = this;
      if (error instanceof CircuitOpenError)
        this.options.onOutcome?.({ connector, operation: 'search', durationMs: 0, error });
      throw error;
    } finally {
      this.runningSearches--;
      release();
    }
  }

  /** Keeps the connector open for a search. @returns a function that releases it */
  hold(): () => void {
    this.held++;
    return () => {
      if (--this.held === 0) this.released();
    };
  }

  /** Stops the checks. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.stopping.abort();
    await this.checking;
  }

  /** Stops the checks, and closes the connector once no search holds it. */
  async retire(): Promise<void> {
    await this.stop();
    if (this.held > 0) await new Promise<void>((resolve) => (this.released = resolve));
    await this.connector.close();
  }

  /** Applies a changed interval to the next check. */
  reschedule(): void {
    if (this.scheduledMs !== this.options.intervalMs) this.schedule();
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.scheduledMs = this.options.intervalMs;
    const intervalMs = this.scheduledMs ?? 30_000;
    // Connectors and replicas must not check at the same moment.
    const delayMs = intervalMs * (0.8 + 0.4 * Math.random());
    this.timer = setTimeout(
      () => void this.check().then(() => this.stopping.signal.aborted || this.schedule()),
      delayMs,
    ).unref();
  }

  private async checkOnce(): Promise<void> {
    const { connector, options, stopping } = this;
    const timeoutMs = options.timeoutMs ?? 5000;
    try {
      const { latencyMs, details } = await this.observe('check', () =>
        askByDeadline(connector.id, (signal) => connector.check(signal), {
          timeoutMs,
          signal: stopping.signal,
          timeoutError: () => checkTimeout(connector.id, timeoutMs),
        }),
      );
      Object.assign(this.known, { latencyMs: Math.round(latencyMs * 10) / 10, details });
      this.breaker.allowTrial();
    } catch {
      // `observe` has recorded the error.
    }
  }

  private async observe<Result>(operation: Outcome['operation'], work: () => Promise<Result>): Promise<Result> {
    const start = performance.now();
    try {
      const result = await work();
      this.known.lastSuccess = new Date().toISOString();
      this.setStatus('up');
      this.options.onOutcome?.({ connector: this.connector, operation, durationMs: performance.now() - start });
      return result;
    } catch (thrown) {
      const error = ConnectorError.from(this.connector.id, thrown);
      if (error.kind !== 'cancelled') {
        const { kind, code, message, remedy } = error;
        this.known.lastError = { at: new Date().toISOString(), kind, code, message, remedy };
        // A failed search may have asked for too much. Only a failed check or connection shows that the archive is down.
        if (operation === 'check' || kind === 'unavailable') this.setStatus('down');
      }
      this.options.onOutcome?.({ connector: this.connector, operation, durationMs: performance.now() - start, error });
      throw thrown;
    }
  }

  private setStatus(status: 'up' | 'down'): void {
    const changed = status !== this.status && !(status === 'up' && this.status === 'unknown');
    this.status = status;
    if (changed) this.options.onStatusChange?.(this.health);
  }
}

/** Returns the error of a check that timed out. The remedy of searches, to request less, does not apply. */
function checkTimeout(id: string, timeoutMs: number): ConnectorError {
  return new ConnectorError(id, 'timeout', `no answer to the health check within ${timeoutMs / 1000} s`, {
    remedy:
      'Check whether the archive runs, whether it hangs or is overloaded, and whether a firewall blocks the connection.',
  });
}
