import { type ErrorCode } from '@pacs-connectors/connector-core';

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
