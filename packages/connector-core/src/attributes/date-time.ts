import { withoutPadding } from './values.js';

/** A local date and time, as far as they are known. */
export interface DateAndTime {
  /** DA, `yyyymmdd`. */
  date?: string;
  /** TM, `hhmmss[.f{1,6}]`. */
  time?: string;
}

const YEAR_FIRST = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:$|[T\s]+(.+)$)/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:[T\s]*(\d{2}.*))?$/;
const DAY_OR_MONTH_FIRST = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:$|[T\s]+(.+)$)/;
/** `31-JAN-2024`, `31 January 2024`, `2. Feb. 2024`. */
const DAY_MONTH_NAME = /^(\d{1,2})[-.\s]+([A-Za-z]{3,9})[-.,\s]+(\d{4})(?:$|[T,\s]+(.+)$)/;
/** `Jan 31 2024`, `January 31, 2024`, `Wed Jan 31 2024`. */
const MONTH_NAME_DAY = /^(?:[A-Za-z]{3,9}[.,\s]+)?([A-Za-z]{3,9})[-.\s]+(\d{1,2})[-,\s]+(\d{4})(?:$|[T,\s]+(.+)$)/;
const YEAR_MONTH_NAME = /^(\d{4})[-/.\s]([A-Za-z]{3,9})[-/.\s](\d{1,2})(?:$|[T,\s]+(.+)$)/;
const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december']; // prettier-ignore
/** What archives and databases store in place of an unknown date. */
const NO_DATE = /^(?:[\s0./:*?_-]*|0000.*|null|none|n\/?a|unknown)$/i;
/** A longer text is not a date. */
const LONGEST = 100;

/**
 * Reads a date, with a time if it has one. It reads the forms in which archives and databases write dates:
 *
 * - digits: `20240131`, `20240131131415`
 * - year first: `2024-01-31`, `2024.01.31` (the older form of DA, PS3.5 6.2), `2024-01-31T13:14:15.5+01:00`
 * - day or month first: `31.01.2024`, `31/01/2024`; `a/b/yyyy` only if one of the two cannot be a month
 * - the English name of the month: `31-JAN-2024`, `Jan 31, 2024 2:15PM`, `Wed Jan 31 2024`, `2024-JAN-31`
 *
 * The time is the local one; its zone is ignored. Anything else is not a date, and neither is a day that does not exist.
 */
export function readDateTime(text: string | undefined): DateAndTime {
  const value = withoutPadding(text ?? '');
  if (value === '' || value.length > LONGEST) return {};
  const parts = dateParts(value);
  if (!parts || !isDay(parts)) return {};
  const { year, month, day, rest } = parts;
  const date = `${pad(year, 4)}${pad(month, 2)}${pad(day, 2)}`;
  const time = rest === undefined ? undefined : clockTime(rest);
  return time === undefined ? { date } : { date, time };
}

/** Returns whether a text contains a date in any form. An empty text and the usual marks of unknown dates contain none. */
export function statesDate(text: string | undefined): boolean {
  return !NO_DATE.test(withoutPadding(text ?? ''));
}

/** Reads a time: `131415.5`, `1314`, `13:14:15`, `2:15PM`, also after a date, and numbers without their leading zeros (`91500`). */
export function readTime(text: string | undefined): string | undefined {
  const value = withoutPadding(text ?? '');
  if (value === '' || value.length > LONGEST) return undefined;
  const dated = YEAR_FIRST.exec(value);
  return clockTime(dated ? (dated[5] ?? '') : value);
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
    // With points, the day comes first in every country.
    if (match[2] === '.' || first > 12 || first === second) return { year, month: second, day: first, rest: match[5] };
    return second > 12 ? { year, month: first, day: second, rest: match[5] } : undefined;
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
  const lower = name.toLowerCase();
  return MONTHS.findIndex((month) => month.startsWith(lower === 'sept' ? 'sep' : lower)) + 1;
}

function isDay({ year, month, day }: DateParts): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return day <= (month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31);
}

const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?/;
const DIGITS = /^(\d{1,6})(?:[.,](\d+))?/;
/** The time zone after a time, which does not change the local time. */
const ZONE = /^\s*(?:(?:Z|UTC|GMT)?\s*(?:[+-]\d{1,2}(?::?\d{2})?(?::\d{2})?)?(?:\s*\([^)]*\))?|[A-Za-z_/]+)$/;
const HALF_OF_DAY = /^\s*([AP])\.?M\.?/i;

function clockTime(text: string): string | undefined {
  const clock = CLOCK.exec(text);
  const match = clock ?? DIGITS.exec(text);
  if (!match) return undefined;
  const half = clock && HALF_OF_DAY.exec(text.slice(clock[0].length));
  if (!ZONE.test(text.slice(match[0].length + (half?.[0].length ?? 0)))) return undefined;
  const whole = clock
    ? `${hourText(clock[1]!, half?.[1])}${clock[2]}${clock[3] ?? ''}`
    : match[1]!.padStart(match[1]!.length > 4 ? 6 : match[1]!.length > 2 ? 4 : 2, '0');
  const [hours, minutes, seconds] = [+whole.slice(0, 2), +whole.slice(2, 4), +whole.slice(4, 6)];
  // 60 is a leap second (PS3.5 6.2, TM).
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
