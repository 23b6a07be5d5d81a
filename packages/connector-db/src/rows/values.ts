import { type DateAndTime, modalityValues, readDateTime, readTime, statesDate } from '@pacs-connectors/connector-core';

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

/**
 * Returns the date and time of a column of any type, as {@link readDateTime} reads its text. DATE and TIMESTAMP are read as their
 * wall clock, and the number 20240131 as a date. Midnight after a date is not a time, because databases add it to a bare date.
 */
export function dateAndTimeOf(value: unknown): DateAndTime {
  const { date, time } = readDateTime(textOf(value));
  if (date === undefined) return {};
  return time === undefined || /^0+$/.test(time) ? { date } : { date, time };
}

/** Returns whether `value` contains a date in any form. Empty values and the usual marks of unknown dates do not. */
export function isDateText(value: unknown): boolean {
  return statesDate(textOf(value));
}

/** Returns the time of a column of any type as TM. TIME and TIMESTAMP are read as their wall clock. */
export function timeOf(value: unknown): string | undefined {
  return readTime(textOf(value));
}

/** Returns Modalities in Study of one column (`CT\SR`, `CT,SR`, `CT SR`); `undefined` if it has none. */
export function modalitiesOfText(value: unknown): string[] | undefined {
  const values = modalityValues([textOf(value) ?? '']);
  return values.length > 0 ? values : undefined;
}
