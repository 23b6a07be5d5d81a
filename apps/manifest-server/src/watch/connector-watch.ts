import { type Connector, ConnectorError, type ConnectorErrorKind } from '@pacs-connectors/connector-core';
import { CircuitBreaker, CircuitOpenError, type CircuitState } from './circuit-breaker.js';
import { connectorError } from './connector-error.js';

/** Read whenever they are needed: they may change. */
export interface ConnectorWatchOptions {
  /** Time between two checks, milliseconds, give or take a fifth; 30,000 unless told. */
  intervalMs?: number;
  /** Time that a check may take, milliseconds; 5,000 unless told. */
  timeoutMs?: number;
  /** Failures in a row and rest of the circuit breaker. */
  failures?: number;
  restMs?: number;
  /** Told after each check and search; of a search that the circuit breaker refused too (CircuitOpenError). */
  onOutcome?(outcome: Outcome): void;
  /** Told when the archive goes away and when it is back. */
  onTurn?(health: ConnectorHealth): void;
}

export interface Outcome {
  connector: Connector;
  operation: 'check' | 'search';
  durationMs: number;
  /** Not given: success. */
  error?: ConnectorError;
}

/** What is known of one connector. */
export interface ConnectorHealth {
  id: string;
  type: string;
  /** `unknown` until the first check has ended. */
  status: 'up' | 'down' | 'unknown';
  circuit: CircuitState;
  /** Time that the last successful check took, milliseconds. */
  latencyMs?: number;
  /** What in its settings may not have been meant so. */
  warnings?: readonly string[];
  /** Facts that the connector's check told. */
  details?: Record<string, string | number | boolean>;
  /** ISO 8601. */
  lastSuccess?: string;
  lastError?: { at: string; kind: ConnectorErrorKind; message: string; remedy?: string };
}

/**
 * Watches one connector: checks it in the background, one check at a time however many ask for its health, and guards its
 * searches by a circuit breaker. Whoever asks for {@link health} waits for nothing.
 */
export class ConnectorWatch {
  readonly breaker: CircuitBreaker;
  private readonly known: Pick<ConnectorHealth, 'latencyMs' | 'details' | 'lastSuccess' | 'lastError'> = {};
  private status: ConnectorHealth['status'] = 'unknown';
  private readonly stopping = new AbortController();
  private timer?: NodeJS.Timeout;
  private checking?: Promise<void>;
  private plannedMs?: number;
  private underWay = 0;
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
    const { id, type, warnings = [] } = this.connector;
    const { known, status } = this;
    return { id, type, status, circuit: this.breaker.state, ...known, ...(warnings.length > 0 && { warnings }) };
  }

  /** Searches under way. */
  get searching(): number {
    return this.underWay;
  }

  /** Whether a check has ended, either way. */
  get looked(): boolean {
    return this.status !== 'unknown';
  }

  /** Begins to check at intervals. @returns the first check */
  start(): Promise<void> {
    const first = this.check();
    this.plan();
    return first;
  }

  /** Checks now, or joins the check under way. Never rejects. */
  check(): Promise<void> {
    this.checking ??= this.checkOnce().finally(() => (this.checking = undefined));
    return this.checking;
  }

  /** A search through the circuit breaker, its outcome noted. */
  async search<Result>(work: () => Promise<Result>): Promise<Result> {
    const release = this.hold();
    this.underWay++;
    try {
      return await this.breaker.run(() => this.observe('search', work));
    } catch (error) {
      const { connector } = this;
      if (error instanceof CircuitOpenError)
        this.options.onOutcome?.({ connector, operation: 'search', durationMs: 0, error });
      throw error;
    } finally {
      this.underWay--;
      release();
    }
  }

  /** Whoever is going to search keeps the connector open, until what is given back is called. */
  hold(): () => void {
    this.held++;
    return () => {
      if (--this.held === 0) this.released();
    };
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.stopping.abort();
    await this.checking;
  }

  /** Checks no more, and closes the connector once nobody holds it. */
  async retire(): Promise<void> {
    await this.stop();
    if (this.held > 0) await new Promise<void>((resolve) => (this.released = resolve));
    await this.connector.close();
  }

  /** Its options may have changed: the next check is as far away as they say. */
  replan(): void {
    if (this.plannedMs !== this.options.intervalMs) this.plan();
  }

  private plan(): void {
    clearTimeout(this.timer);
    this.plannedMs = this.options.intervalMs;
    const intervalMs = this.plannedMs ?? 30_000;
    // Not all connectors, nor all replicas, at the same moment.
    const delayMs = intervalMs * (0.8 + 0.4 * Math.random());
    this.timer = setTimeout(
      () => void this.check().then(() => this.stopping.signal.aborted || this.plan()),
      delayMs,
    ).unref();
  }

  private async checkOnce(): Promise<void> {
    const { connector, options, stopping } = this;
    try {
      const { latencyMs, details } = await this.observe('check', () =>
        bounded(connector, options.timeoutMs ?? 5000, stopping.signal),
      );
      Object.assign(this.known, { latencyMs: Math.round(latencyMs * 10) / 10, details });
      this.breaker.allowTrial();
    } catch {
      // Noted by `observe`.
    }
  }

  private async observe<Result>(operation: Outcome['operation'], work: () => Promise<Result>): Promise<Result> {
    const start = performance.now();
    try {
      const result = await work();
      this.known.lastSuccess = new Date().toISOString();
      this.turn('up');
      this.options.onOutcome?.({ connector: this.connector, operation, durationMs: performance.now() - start });
      return result;
    } catch (thrown) {
      const error = ConnectorError.from(this.connector.id, thrown);
      if (error.kind !== 'cancelled') {
        const { kind, message, remedy } = error;
        this.known.lastError = { at: new Date().toISOString(), kind, message, remedy };
        // A search that fails may have asked for too much; only a check says that the archive is down, or its absence.
        if (operation === 'check' || kind === 'unavailable') this.turn('down');
      }
      this.options.onOutcome?.({ connector: this.connector, operation, durationMs: performance.now() - start, error });
      throw thrown;
    }
  }

  private turn(status: 'up' | 'down'): void {
    const turned = status !== this.status && !(status === 'up' && this.status === 'unknown');
    this.status = status;
    if (turned) this.options.onTurn?.(this.health);
  }
}

/** The connector's check, given up at the deadline also where the connector does not heed it. */
async function bounded(connector: Connector, timeoutMs: number, stopping: AbortSignal) {
  const question = new AbortController();
  const late = new DOMException('the check took too long', 'TimeoutError');
  const timer = setTimeout(() => question.abort(late), timeoutMs);
  const stop = () => question.abort(stopping.reason);
  stopping.addEventListener('abort', stop, { once: true });
  if (stopping.aborted) stop();
  const ended = new Promise<never>((_, reject) => {
    question.signal.addEventListener(
      'abort',
      () =>
        reject(
          question.signal.reason === late
            ? unanswered(connector.id, timeoutMs)
            : ConnectorError.aborted(connector.id, question.signal),
        ),
      { once: true },
    );
  });
  try {
    return await Promise.race([connector.check(question.signal), ended]);
  } catch (error) {
    throw connectorError(connector.id, error, question.signal);
  } finally {
    clearTimeout(timer);
    stopping.removeEventListener('abort', stop);
  }
}

/** A check asks for next to nothing: what is missing is the archive, and not a smaller question. */
function unanswered(id: string, timeoutMs: number): ConnectorError {
  return new ConnectorError(id, 'timeout', `no answer to the health check within ${timeoutMs / 1000} s`, {
    remedy: 'See whether the archive runs, whether it hangs or is overloaded, and whether a firewall stands between.',
  });
}
