/** A value that is more than its text: how it is read. */
export interface SettingFormat {
  /** The value, or `undefined` where `text` is none. */
  parse(text: string): unknown;
  /** The value as text again, where it is not printed as it is. */
  print?(value: unknown): string;
  /** Completes "expected …". */
  expected: string;
  /** The texts that {@link parse} accepts, as a regular expression for the JSON Schema. Not given: any. */
  pattern?: string;
}
