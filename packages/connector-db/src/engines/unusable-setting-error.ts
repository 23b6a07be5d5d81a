import { type ErrorCode } from '@pacs-connectors/connector-core';

/** A setting that validation could not check: a file that does not exist, a driver that is not installed. */
export class UnusableSettingError extends Error {
  override readonly name = 'UnusableSettingError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}
