import { type ErrorCode } from '@pacs-connectors/connector-core';

/** Reports a setting that cannot be used, such as a missing file, a driver that is not installed, or an unsupported login. */
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
