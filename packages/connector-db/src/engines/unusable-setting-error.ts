import { type ErrorCode } from '@pacs-connectors/connector-core';

/** Reports a setting that validation could not check, such as a missing file or a driver that is not installed. */
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
