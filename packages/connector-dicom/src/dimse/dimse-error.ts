import { type ConnectorErrorKind, type ErrorCode } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';

export interface DimseErrorOptions {
  /** What an operator does about it. */
  remedy?: string;
  cause?: unknown;
  /** The peer may accept the same in a moment (A-ASSOCIATE-RJ "rejected-transient"). */
  transient?: boolean;
  /** The association ended before any answer: the query may be repeated on another one. */
  lost?: boolean;
  /** Only this query failed; the association can be used again. */
  queryOnly?: boolean;
}

/** Reports a fault between a peer and us, before it is known which connector sent the query. */
export class DimseError extends Error {
  readonly remedy?: string;
  readonly transient: boolean;
  readonly lost: boolean;
  readonly queryOnly: boolean;

  constructor(
    readonly kind: ConnectorErrorKind,
    readonly code: ErrorCode,
    message: string,
    options: DimseErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.remedy = options.remedy;
    this.transient = options.transient ?? false;
    this.lost = options.lost ?? false;
    this.queryOnly = options.queryOnly ?? false;
  }
}

/** Returns the error of a query that `signal` ended. Callers that catch it inspect the signal. */
export function aborted(signal: AbortSignal): DimseError {
  const isTimeout = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
  return isTimeout
    ? new DimseError('timeout', codes['dicom.query.deadline-passed'], 'no complete answer before the deadline', {
        cause: signal.reason,
      })
    : new DimseError('cancelled', codes['dicom.query.cancelled'], 'the query was cancelled', { cause: signal.reason });
}

/** Reports that a background query was ended because its association was needed. The query itself may be valid. */
export class PreemptedError extends DimseError {}
