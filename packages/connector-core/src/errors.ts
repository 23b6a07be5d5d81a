import { withoutUserInfo } from './user-info.js';
import { codes } from './error-codes.js';
import { type ErrorCode } from './error-table.js';

/** Why the result of an archive is missing. */
export type ConnectorErrorKind =
  /** It cannot be reached: connection refused or lost, no route, unknown host name. */
  | 'unavailable'
  /** It did not answer completely before the deadline. */
  | 'timeout'
  /** It was reached and refused the request: login, AE titles, permissions, a failure status. */
  | 'refused'
  /** Its settings cannot work. */
  | 'misconfigured'
  /** Its answer breaks the protocol. */
  | 'protocol'
  /** The caller left. Nothing is wrong with the archive. */
  | 'cancelled';

export interface ConnectorErrorOptions {
  /** A code of the package's error table; by default the one of connector-core for the error's kind. */
  code?: ErrorCode;
  /** What an operator does about it, one sentence. */
  remedy?: string;
  cause?: unknown;
  /** True if the archive needs a bearer token and the request has none, which callers can correct. */
  tokenNeeded?: boolean;
}

const MARK = Symbol.for('pacs-connectors.ConnectorError');

/**
 * Reports why the result of an archive is missing. `message` says what happened and names the archive. `message` and `remedy` are
 * shown to users and logged, so neither contains a password, a token or a patient's data.
 *
 * `instanceof` also recognises the errors of another copy of this package, which a plug-in may have.
 */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly code: ErrorCode;
  readonly remedy?: string;
  readonly tokenNeeded: boolean;
  protected readonly [MARK] = true;

  constructor(
    readonly connectorId: string,
    readonly kind: ConnectorErrorKind,
    message: string,
    options: ConnectorErrorOptions = {},
  ) {
    super(withoutUserInfo(message), { cause: options.cause });
    this.code = options.code ?? CODE_OF_KIND[kind];
    this.remedy = options.remedy === undefined ? undefined : withoutUserInfo(options.remedy);
    this.tokenNeeded = options.tokenNeeded ?? false;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // A subclass keeps the usual meaning of instanceof.
    if (this !== ConnectorError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && MARK in value;
  }

  /** Returns a ConnectorError unchanged, and any other thrown value as one of `kind` with the same message. */
  static from(connectorId: string, error: unknown, kind: ConnectorErrorKind = 'protocol'): ConnectorError {
    if (error instanceof ConnectorError) return error;
    return new ConnectorError(connectorId, kind, error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }

  /**
   * Returns the error of a search that `signal` ended: `timeout` if the deadline passed (`AbortSignal.timeout`), `cancelled` if
   * the caller left.
   */
  static aborted(connectorId: string, signal: AbortSignal): ConnectorError {
    const isTimeout = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
    return isTimeout
      ? new ConnectorError(connectorId, 'timeout', 'no complete answer before the deadline', {
          remedy: 'Request less, or check whether the archive is overloaded.',
          cause: signal.reason,
        })
      : new ConnectorError(connectorId, 'cancelled', 'the caller left', { cause: signal.reason });
  }
}

const CODE_OF_KIND: Readonly<Record<ConnectorErrorKind, ErrorCode>> = {
  unavailable: codes['archive.unavailable'],
  timeout: codes['archive.timeout'],
  refused: codes['archive.refused'],
  misconfigured: codes['archive.misconfigured'],
  protocol: codes['archive.protocol-violated'],
  cancelled: codes['archive.cancelled'],
};
