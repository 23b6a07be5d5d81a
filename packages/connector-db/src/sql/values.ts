import { type DatabaseEngine } from '../jdbc/index.js';

/**
 * What a column holds, where the database tells. A number is only compared with values that can be its text. Not given:
 * `text`.
 */
export type ColumnType = 'text' | 'smallint' | 'integer' | 'bigint' | 'numeric';

const INTEGER_BITS = { smallint: 16n, integer: 32n, bigint: 64n } as const;

/** No sign but a minus, no blanks, no exponent; what some database would fail for is no number here. */
const WHOLE = /^-?\d{1,64}$/;
const DECIMAL = /^-?\d{1,38}(?:\.\d{1,38})?$/;

/**
 * The distinct values to compare a column with: those of `values` that it can hold at all.
 *
 * - Blank values are nobody's identifier, and would find every row whose column is blank.
 * - A text with a NUL character is in no database, and PostgreSQL refuses the whole statement for it.
 * - Beside a number, PostgreSQL and Oracle fail for a text that is none, which would cost the other values their answer, and
 *   MySQL takes `7abc` for 7: another patient's images. `007` is 7: an archive that keeps numbers has no other 007.
 * - SQLite compares without converting where a column has no declared type: a whole number is looked for as both.
 */
export function valuesFor(values: readonly string[], type: ColumnType, engine: DatabaseEngine): (string | bigint)[] {
  const usable = values.filter((value) => value.trim() !== '' && !value.includes('\0'));
  const texts = [...new Set(type === 'text' ? usable : usable.flatMap((value) => numberText(value, type)))];
  if (engine !== 'sqlite') return texts;
  return texts.flatMap((text) => (wholeText(text, 64n) === text ? [text, BigInt(text)] : [text]));
}

/** `text` as databases write the number that it is; nothing where it is none that the column can hold. */
function numberText(text: string, type: Exclude<ColumnType, 'text'>): string[] {
  if (type === 'numeric') return DECIMAL.test(text) ? [text.replace(/^(-?)0+(?=\d)/, '$1')] : [];
  const whole = wholeText(text, INTEGER_BITS[type]);
  return whole === undefined ? [] : [whole];
}

function wholeText(text: string, bits: bigint): string | undefined {
  if (!WHOLE.test(text)) return undefined;
  const value = BigInt(text);
  const limit = 1n << (bits - 1n);
  return value >= -limit && value < limit ? String(value) : undefined;
}
