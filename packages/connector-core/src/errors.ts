/** Why an archive's part is missing. */
export type ConnectorErrorKind =
  /** Not reachable: refused, no route, name not known, connection lost. */
  | 'unavailable'
  /** No complete answer before the deadline. */
  | 'timeout'
  /** Reached, and it declined: credentials, AE titles, permissions, a failure status. */
  | 'refused'
  /** Our configuration of it cannot work. */
  | 'misconfigured'
  /** It answered something that the protocol does not allow. */
  | 'protocol'
  /** Whoever asked is gone; nothing was wrong. */
  | 'cancelled';

export interface ConnectorErrorOptions {
  /** What an operator does about it, one sentence. */
  remedy?: string;
  cause?: unknown;
  /** The caller can mend it: the archive wants a bearer token, and the request had none. */
  tokenNeeded?: boolean;
}

/**
 * An archive's part that could not be had. `message` says what happened and names the archive; neither it nor `remedy`
 * holds a password, a token or a patient's data, since both are shown to users and logged.
 */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly remedy?: string;
  readonly tokenNeeded: boolean;

  constructor(
    readonly connectorId: string,
    readonly kind: ConnectorErrorKind,
    message: string,
    options: ConnectorErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.remedy = options.remedy;
    this.tokenNeeded = options.tokenNeeded ?? false;
  }

  /** Any thrown value as a ConnectorError: itself where it is one, else of `kind` with its message. */
  static from(connectorId: string, error: unknown, kind: ConnectorErrorKind = 'protocol'): ConnectorError {
    if (error instanceof ConnectorError) return error;
    return new ConnectorError(connectorId, kind, error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }

  /**
   * The error for a question whose `signal` ended it: `timeout` where the deadline passed (`AbortSignal.timeout`),
   * `cancelled` where the caller went away.
   */
  static aborted(connectorId: string, signal: AbortSignal): ConnectorError {
    const late = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
    return late
      ? new ConnectorError(connectorId, 'timeout', 'no complete answer before the deadline', {
          remedy: 'Ask for less, or see whether the archive is overloaded.',
          cause: signal.reason,
        })
      : new ConnectorError(connectorId, 'cancelled', 'the caller is gone', { cause: signal.reason });
  }
}
