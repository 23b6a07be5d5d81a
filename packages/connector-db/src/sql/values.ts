import { type DatabaseEngine } from '../jdbc/index.js';

/**
 * The type of a column, as far as it decides how values are compared with it.
 *
 * - `numeric`: a number with any count of digits; `real`, `double`: floating-point numbers of 32 and 64 bits
 * - `{ precision, scale }`: a decimal number with at most `precision` digits, `scale` of them after the point
 * - `text`: also every type that the driver does not report
 * - `{ collation }`: MySQL's text in another character set than that of the connection
 * - `other`: dates, UUIDs and the like, which are compared as the text that the database shows
 */
export type ColumnType =
  | 'text'
  | 'other'
  | 'tinyint'
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'numeric'
  | 'real'
  | 'double'
  | { precision: number; scale: number }
  | { collation: string };

/** One value of a condition, in an IN list or in its own condition. */
export interface Comparand {
  value: string | bigint;
  /** The type that the database converts the value to, so that it compares exactly. */
  cast?: string;
  /** The value's own condition. Default: the value is part of an IN list. */
  condition?: OwnCondition;
}

interface OwnCondition {
  /** How many placeholders it has, each for the value. */
  placeholders: number;
  sql(expression: string, placeholder: () => string): string;
}

const INTEGER_RANGES = {
  tinyint: [0n, 255n],
  smallint: signedRange(16n),
  integer: signedRange(32n),
  bigint: signedRange(64n),
} as const;
/** Significant digits with which a decimal text is the only one of its floating-point number. */
const FLOAT_DIGITS = { real: 6, double: 15 } as const;
/** Oracle converts a text to a number of 40 digits at most, and rounds the rest. */
const ORACLE_PRECISION = 38;
const MYSQL_PRECISION = 65;

/** No sign but a minus, no blanks, no exponent: other forms make some databases fail. */
const WHOLE = /^-?\d{1,64}$/;
const DECIMAL = /^(-?)0*(\d{1,64})(?:\.(?=\d)(\d{0,30}?)0*)?$/;
/** Texts that SQLite compares as numbers with a column of numbers. */
const NUMBER_OF_SQLITE = /^[ \t\n\v\f\r]*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?[ \t\n\v\f\r]*$/i;

/**
 * Returns the distinct values that a column can contain, each in the form that compares exactly.
 *
 * - A blank value is not an identifier, and would find every row whose column is blank.
 * - No database contains a text with a NUL character, and PostgreSQL rejects the whole statement.
 * - A column of numbers is compared only with numbers that it can contain. PostgreSQL and Oracle fail for other texts, MySQL
 *   reads `7abc` as 7, and SQL Server rounds. `007` is 7, because such a column cannot contain leading zeros.
 * - MySQL gets a decimal number with a cast. It would compare a text as a floating-point number, and long numbers would then
 *   be equal to their neighbours.
 */
export function comparands(values: readonly string[], type: ColumnType, engine: DatabaseEngine): Comparand[] {
  const usable = values.filter((value) => value.trim() !== '' && !value.includes('\0'));
  const distinct = (texts: readonly string[]) => [...new Set(texts)];
  if (engine === 'sqlite') return distinct(usable).flatMap(ofSqlite);
  if (type === 'text' || type === 'other') return distinct(usable).map((value) => ({ value }));
  if (typeof type === 'object' && 'collation' in type) {
    return distinct(usable).map((value) => ofCollation(value, type.collation));
  }
  const numbers = distinct(usable.flatMap((value) => numberText(value, type, engine)));
  if (engine !== 'mysql' || type === 'real' || type === 'double') return numbers.map((value) => ({ value }));
  return numbers.map((value) => ({ value, cast: `decimal(65, ${value.split('.')[1]?.length ?? 0})` }));
}

/** SQLite does not convert a value for a column without a declared type, so it is searched for as text and as number. */
function ofSqlite(value: string): Comparand[] {
  const number = wholeNumber(value, INTEGER_RANGES.bigint);
  if (number !== undefined) return String(number) === value ? [{ value }, { value: number }] : [{ value }];
  if (!NUMBER_OF_SQLITE.test(value)) return [{ value }];
  // Compared with a number, it may equal one that SQLite shows as another text: 1e3 equals 1000.
  const sql = (expression: string, placeholder: () => string) =>
    `(${expression} = ${placeholder()} and cast(${expression} as text) = ${placeholder()})`;
  return [{ value, condition: { placeholders: 2, sql } }];
}

/** MySQL rejects a comparison with a character that the column's character set does not have. No row can contain it. */
function ofCollation(value: string, collation: string): Comparand {
  const charset = collation.split('_', 1)[0] ?? '';
  if (/^[\x20-\x7e]*$/.test(value) || charset === 'binary' || charset === 'utf8mb4') return { value };
  const sql = (expression: string, placeholder: () => string) => {
    const converted = () => `convert(${placeholder()} using ${charset})`;
    const equal = `${expression} = ${converted()} collate ${collation}`;
    return `(${equal} and convert(${converted()} using utf8mb4) = convert(${placeholder()} using utf8mb4) collate utf8mb4_bin)`;
  };
  return { value, condition: { placeholders: 3, sql } };
}

type NumberType = Exclude<ColumnType, 'text' | 'other' | { collation: string }>;

/** Returns `text` as databases write the number; nothing if it is not a number that the column can contain. */
function numberText(text: string, type: NumberType, engine: DatabaseEngine): string[] {
  if (typeof type === 'string' && type in INTEGER_RANGES) {
    const whole = wholeNumber(text, INTEGER_RANGES[type as keyof typeof INTEGER_RANGES]);
    return whole === undefined ? [] : [String(whole)];
  }
  const match = DECIMAL.exec(text);
  if (!match) return [];
  const [, sign = '', whole = '', fraction = ''] = match;
  const fits =
    typeof type === 'object'
      ? whole.length <= type.precision - type.scale && fraction.length <= type.scale
      : whole.length + fraction.length <= mostDigits(type, engine);
  return fits ? [`${sign}${whole}${fraction && `.${fraction}`}`] : [];
}

function mostDigits(type: string, engine: DatabaseEngine): number {
  if (type === 'real' || type === 'double') return FLOAT_DIGITS[type];
  return engine === 'oracle' ? ORACLE_PRECISION : MYSQL_PRECISION;
}

function wholeNumber(text: string, [least, most]: readonly [bigint, bigint]): bigint | undefined {
  if (!WHOLE.test(text)) return undefined;
  const value = BigInt(text);
  return value >= least && value <= most ? value : undefined;
}

function signedRange(bits: bigint): readonly [bigint, bigint] {
  const limit = 1n << (bits - 1n);
  return [-limit, limit - 1n];
}
