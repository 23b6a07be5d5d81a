import { type DatabaseEngine } from '../jdbc/index.js';

/**
 * What a column holds, where the database tells. A number is only compared with values that can be its text. Not given:
 * `text`.
 */
export type ColumnType = 'text' | 'smallint' | 'integer' | 'bigint' | 'numeric';

const INTEGER_BITS = { smallint: 16n, integer: 32n, bigint: 64n } as const;

/** Wholes as every database writes them: no sign, no leading zeros. */
const WHOLE = /^(?:0|-?[1-9]\d{0,37})$/;
const DECIMAL = /^(?!-0(?:\.0*)?$)-?(?:0|[1-9]\d{0,37})(?:\.\d{1,38})?$/;

/**
 * The distinct values to compare a column with: those of `values` that it can hold at all.
 *
 * - Blank values are nobody's identifier, and would find every row whose column is blank.
 * - A text with a NUL character is in no database, and PostgreSQL refuses the whole statement for it.
 * - Beside a number, PostgreSQL and Oracle fail for a text that is none, which would cost the other values their answer;
 *   MySQL takes `7abc` for 7, and all of them take `007` for it: another patient's images.
 * - SQLite compares without converting where a column has no declared type: a whole number is looked for as both.
 */
export function valuesFor(values: readonly string[], type: ColumnType, engine: DatabaseEngine): (string | bigint)[] {
  const texts = [...new Set(values)].filter(
    (value) => value.trim() !== '' && !value.includes('\0') && fits(value, type),
  );
  if (engine !== 'sqlite') return texts;
  return texts.flatMap((text) => (isWhole(text, 64n) ? [text, BigInt(text)] : [text]));
}

function fits(text: string, type: ColumnType): boolean {
  if (type === 'text') return true;
  return type === 'numeric' ? DECIMAL.test(text) : isWhole(text, INTEGER_BITS[type]);
}

function isWhole(text: string, bits: bigint): boolean {
  if (!WHOLE.test(text)) return false;
  const value = BigInt(text);
  const limit = 1n << (bits - 1n);
  return value >= -limit && value < limit;
}
