/** A setting that no validation could see to be wrong: a file that is not there, a driver that is not installed. */
export class UnusableSettingError extends Error {
  override readonly name = 'UnusableSettingError';

  constructor(
    message: string,
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}
