/**
 * Column values as the text of the model. Engines return text, `null`, and numbers, bigints, booleans, bytes or dates if their driver
 * cannot return text.
 */

/** Returns `value` as text without the padding of CHAR columns and of UIDs (PS3.5 6.2); `undefined` if nothing remains. */
export function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  const text = typeof value === 'string' ? value : otherText(value);
  const length = text.length;
  // Nearly every value is clean: two look-ups instead of a copy.
  if (length > 0 && text.charCodeAt(0) > SPACE && text.charCodeAt(length - 1) > SPACE) return text;
  let start = 0;
  let end = length;
  while (start < end && text.charCodeAt(start) <= SPACE) start++;
  while (end > start && text.charCodeAt(end - 1) <= SPACE) end--;
  return start < end ? text.slice(start, end) : undefined;
}

/** Blanks, tabs, line ends and NUL are padding at both ends. */
const SPACE = 0x20;

function otherText(value: unknown): string {
  if (typeof value === 'number') return numberText(value);
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
  if (value instanceof Date) return dateTimeText(value);
  return String(value);
}

/** Returns a number as text, a whole one without exponent: `1e21` is not a Patient ID. */
export function numberText(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

/** Returns a date whose UTC parts are the wall clock of the column as `yyyy-mm-dd hh:mm:ss.mmm`. */
function dateTimeText(value: Date): string {
  return Number.isNaN(value.getTime()) ? '' : value.toISOString().replace('T', ' ').replace('Z', '');
}

/** Returns the IS (PS3.5 6.2) of a numeric column: `1.0`, `1.` and `1.000` are `1`. Other texts stay unchanged. */
export function integerText(value: unknown): string | undefined {
  const text = textOf(value);
  return text?.includes('.') ? text.replace(/^([+-]?\d+)\.0*$/, '$1') : text;
}

export interface DateAndTime {
  /** DA, `yyyymmdd`. */
  date?: string;
  /** TM, `hhmmss[.f{1,6}]`. */
  time?: string;
}

const YEAR_FIRST = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:$|[T ]+(.+)$)/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:[T ]*(\d{2}.*))?$/;
const DAY_OR_MONTH_FIRST = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:$|[T ]+(.+)$)/;
/** `31-JAN-2024`, `31 January 2024`, `2. Feb. 2024`. */
const DAY_MONTH_NAME = /^(\d{1,2})[-. ]+([A-Za-z]{3,9})[-., ]+(\d{4})(?:$|[T, ]+(.+)$)/;
/** `Jan 31 2024`, `January 31, 2024`, `Wed Jan 31 2024`. */
const MONTH_NAME_DAY = /^(?:[A-Za-z]{3,9}[., ]+)?([A-Za-z]{3,9})[-. ]+(\d{1,2})[-, ]+(\d{4})(?:$|[T, ]+(.+)$)/;
const YEAR_MONTH_NAME = /^(\d{4})[-/. ]([A-Za-z]{3,9})[-/. ](\d{1,2})(?:$|[T, ]+(.+)$)/;
const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december']; // prettier-ignore
/** What archives and databases store in place of an unknown date. */
const NO_DATE = /^(?:[\s0./:*?_-]*|0000.*|null|none|n\/?a|unknown)$/i;

/**
 * Returns the date and time of a column of any type.
 *
 * - DATE and TIMESTAMP are read as their wall clock: `2024-01-31 13:14:15.5+01`.
 * - A number is read as `yyyymmdd`: 20240131.
 * - Texts are read in forms such as `20240131`, `2024-01-31`, `2024.01.31`, `20240131131415`, `31.01.2024`, `31-JAN-2024` and
 *   `Jan 31 2024`. `a/b/yyyy` is read only if `a` or `b` cannot be a month.
 *
 * Other texts and impossible days are not dates. Midnight after a date is not a time, because databases add it to a bare date.
 */
export function dateAndTimeOf(value: unknown): DateAndTime {
  const text = textOf(value);
  if (text === undefined) return {};
  const parts = dateParts(text);
  if (!parts || !isDay(parts.year, parts.month, parts.day)) return {};
  const date = `${pad(parts.year, 4)}${pad(parts.month, 2)}${pad(parts.day, 2)}`;
  const time = parts.rest === undefined ? undefined : timeText(parts.rest);
  return time === undefined || /^0+(\.0*)?$/.test(time) ? { date } : { date, time };
}

/** Returns whether `value` contains a date in any form. Empty values and the usual marks of unknown dates do not. */
export function isDateText(value: unknown): boolean {
  const text = textOf(value);
  return text !== undefined && !NO_DATE.test(text);
}

interface DateParts {
  year: number;
  month: number;
  day: number;
  rest?: string;
}

function dateParts(text: string): DateParts | undefined {
  let match = YEAR_FIRST.exec(text);
  if (match) return { year: +match[1]!, month: +match[3]!, day: +match[4]!, rest: match[5] };
  match = COMPACT.exec(text);
  if (match) return { year: +match[1]!, month: +match[2]!, day: +match[3]!, rest: match[4] };
  match = DAY_OR_MONTH_FIRST.exec(text);
  if (match) {
    const [first, second, year] = [+match[1]!, +match[3]!, +match[4]!];
    // With points the day comes first wherever dates are written so.
    if (match[2] === '.' || first > 12 || first === second) return { year, month: second, day: first, rest: match[5] };
    if (second > 12) return { year, month: first, day: second, rest: match[5] };
    return undefined;
  }
  match = DAY_MONTH_NAME.exec(text);
  if (match) return { year: +match[3]!, month: monthNumber(match[2]!), day: +match[1]!, rest: match[4] };
  match = MONTH_NAME_DAY.exec(text);
  if (match) return { year: +match[3]!, month: monthNumber(match[1]!), day: +match[2]!, rest: match[4] };
  match = YEAR_MONTH_NAME.exec(text);
  if (match) return { year: +match[1]!, month: monthNumber(match[2]!), day: +match[3]!, rest: match[4] };
  return undefined;
}

/** Returns the number of an English month, whose name may be abbreviated; 0 if it is not one. */
function monthNumber(name: string): number {
  return (
    MONTHS.findIndex(
      (month) => month.startsWith(name.toLowerCase()) || (name.toLowerCase() === 'sept' && month === 'september'),
    ) + 1
  );
}

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return day <= (month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31);
}

/**
 * Returns the time of a column of any type as TM. TIME and TIMESTAMP are read as their wall clock. Texts are read in forms such
 * as `13:14:15.5`, `131415.5`, `1314` and `2:15PM`. Numbers get their leading zeros back: `91500` is `091500`. Other texts are
 * not times.
 */
export function timeOf(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  const dated = YEAR_FIRST.exec(text);
  return timeText(dated ? (dated[5] ?? '') : text);
}

const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?/;
const DIGITS = /^(\d{1,6})(?:[.,](\d+))?/;
/** The time zone after a time, which does not change the wall clock. */
const ZONE = /^\s*(?:(?:Z|UTC|GMT)?\s*(?:[+-]\d{1,2}(?::?\d{2})?(?::\d{2})?)?(?:\s*\([^)]*\))?|[A-Za-z_/]+)$/;
const HALF_OF_DAY = /^\s*([AP])\.?M\.?/i;

function timeText(text: string): string | undefined {
  const clock = CLOCK.exec(text);
  const match = clock ?? DIGITS.exec(text);
  if (!match) return undefined;
  const half = clock && HALF_OF_DAY.exec(text.slice(clock[0].length));
  if (!ZONE.test(text.slice(match[0].length + (half?.[0].length ?? 0)))) return undefined;
  const whole = clock
    ? `${hourText(clock[1]!, half?.[1])}${clock[2]}${clock[3] ?? ''}`
    : match[1]!.padStart(match[1]!.length > 4 ? 6 : match[1]!.length > 2 ? 4 : 2, '0');
  const [hours, minutes, seconds] = [+whole.slice(0, 2), +whole.slice(2, 4), +whole.slice(4, 6)];
  // 60: a leap second (PS3.5 6.2, TM).
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined;
  const fraction = (clock ? clock[4] : match[2])?.slice(0, 6).replace(/0+$/, '');
  return fraction && whole.length === 6 ? `${whole}.${fraction}` : whole;
}

/** Returns an hour as two digits. @param half the letter of AM or PM, if one follows */
function hourText(hour: string, half: string | undefined): string {
  if (half === undefined) return hour.padStart(2, '0');
  return pad((+hour % 12) + (half.toUpperCase() === 'P' ? 12 : 0), 2);
}

function pad(value: number, length: number): string {
  return String(value).padStart(length, '0');
}

/** Modalities in Study of one column: `CT\SR`, `CT,SR`, `CT SR`. */
export function modalitiesOfText(value: unknown): string[] | undefined {
  const parts = textOf(value)
    ?.split(/[\\,;/\s]+/)
    .filter((part) => part !== '');
  return parts && parts.length > 0 ? parts : undefined;
}
