import { type ConnectorErrorKind } from '@pacs-connectors/connector-core';

export interface DimseErrorOptions {
  /** What an operator does about it. */
  remedy?: string;
  cause?: unknown;
  /** The peer may accept the same in a moment (A-ASSOCIATE-RJ "rejected-transient"). */
  transient?: boolean;
  /** The association ended before any answer: the question may be asked again on another one. */
  lost?: boolean;
  /** Only this question failed; the association goes on. */
  questionOnly?: boolean;
}

/** Something that went wrong between a peer and us, before it is known which connector asked. */
export class DimseError extends Error {
  readonly remedy?: string;
  readonly transient: boolean;
  readonly lost: boolean;
  readonly questionOnly: boolean;

  constructor(
    readonly kind: ConnectorErrorKind,
    message: string,
    options: DimseErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.remedy = options.remedy;
    this.transient = options.transient ?? false;
    this.lost = options.lost ?? false;
    this.questionOnly = options.questionOnly ?? false;
  }
}

/** The error of a question that `signal` ended; who catches it looks at the signal. */
export function aborted(signal: AbortSignal): DimseError {
  const late = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
  return new DimseError(late ? 'timeout' : 'cancelled', late ? 'no complete answer before the deadline' : 'cancelled', {
    cause: signal.reason,
  });
}
