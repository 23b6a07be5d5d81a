/** How the text of a setting is read. */
export interface SettingFormat {
  /** Returns the value; `undefined` if `text` is not valid. */
  parse(text: string): unknown;
  /** Returns the text of a value, if it is not the value itself. */
  print?(value: unknown): string;
  /** Completes "expected …". */
  expected: string;
  /** The texts that {@link parse} accepts, as a regular expression for the JSON Schema. Default: any. */
  pattern?: string;
}
