import { type ErrorCode } from '@pacs-connectors/connector-core';

/** Says why the demo archive cannot be created; the message contains the remedy. */
export class DemoArchiveError extends Error {
  override readonly name = 'DemoArchiveError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}
