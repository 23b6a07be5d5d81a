import { type ErrorCode, isErrorCode, withCode } from '@pacs-connectors/connector-core';

/** A log message with an error code. The log writes the code to the field `code`. */
export class CodedMessage {
  constructor(
    readonly message: string,
    readonly code: ErrorCode,
  ) {}

  toString(): string {
    return this.message;
  }
}

/** Returns a message for Nest's `Logger` that reports a failure: `logger.error(coded('…', codes['…']))`. */
export function coded(message: string, code: ErrorCode): CodedMessage {
  return new CodedMessage(message, code);
}

/** Returns a message that also has its code at the end, in brackets. */
export function codedAtEnd(message: string, code: ErrorCode): CodedMessage {
  return coded(withCode(message, code), code);
}

/** Returns a message whose code is at its end already, in brackets. */
export function withCodeFromEnd(message: string): CodedMessage | string {
  const code = / \[([^\]]+)\]$/.exec(message)?.[1];
  return isErrorCode(code) ? coded(message, code) : message;
}
