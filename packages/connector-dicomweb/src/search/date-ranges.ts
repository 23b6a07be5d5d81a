import { readDateTime, readTime } from '@pacs-connectors/connector-core';
import { type MatchingKey, type QidoQuery } from '../http/query.js';
import { type DicomJson, Tag, textOf } from '../json/dicom-json.js';
import { type SearchContext } from './search-context.js';

/** The most queries of one proof. */
const MOST_QUERIES = 32;
/** With more studies than this, a proof would transfer too much. */
const MOST_STUDIES = 1_000;

/** What queries by ranges of Study Date show. */
export interface DateRanges {
  /** The studies of all ranges. */
  results: readonly DicomJson[];
  /** These are all studies of the query; `undefined` if the ranges prove nothing. */
  isWhole?: true;
}

/**
 * Sends a query of studies once more by ranges of Study Date, and of Study Time within one date, to find those beyond a limit of the
 * server. Both are required matching keys (PS3.18 Table 10.6.1-5). A range is complete if it has fewer studies than the server has
 * returned at once. Otherwise it is divided.
 *
 * Some servers limit their answers without a `Warning`, and return an empty page beyond the limit: an Orthanc with `LimitFindResults`.
 *
 * @param seen the studies that came at once.
 */
export async function askByDateRanges(
  context: SearchContext,
  query: QidoQuery,
  seen: readonly DicomJson[],
): Promise<DateRanges> {
  const most = seen.length;
  const moments = momentsOf(seen);
  const results: DicomJson[] = [];
  if (most < 2 || most > MOST_STUDIES || moments.length === 0) return { results };
  let queries = 0;
  // A study without a date is in no range.
  let isWhole = moments.length === most;
  const askParts = async (found: readonly Moment[], range: Range): Promise<void> => {
    const parts = divide(found, range);
    isWhole &&= parts.isWhole;
    await Promise.all(parts.ranges.map(askRange));
  };
  const askRange = async (range: Range): Promise<void> => {
    if (++queries > MOST_QUERIES) return void (isWhole = false);
    const question: QidoQuery = { ...query, match: [...(query.match ?? []), ...matchOf(range)] };
    const found: DicomJson[] = [];
    const { client, requester } = optional;
    await client.ask(question, requester, (result) => found.push(result));
    const inside = momentsOf(found);
    if (inside.length < found.length || !inside.every((moment) => isIn(moment, range))) {
      // A server without times, or one that ignores their ranges, only leaves the date undivided.
      if (range.times) return void (isWhole = false);
      throw new Error('the range is ignored');
    }
    results.push(...found);
    if (found.length >= most) await askParts(inside, range);
  };
  let optional = context;
  const isAnswered = await context.optional(async (limited) => {
    optional = limited;
    await askParts(moments, {});
    return true;
  });
  if (!isAnswered) return { results: [] };
  const covered = new Set(results.map(uidOf));
  return isWhole && seen.every((study) => covered.has(uidOf(study))) ? { results, isWhole } : { results };
}

/** Date, and time to the second if it is known. */
interface Moment {
  date: string;
  time?: string;
}

/** From the first to the last, each included; without an end if it is unset. */
type Ends = readonly [from?: string, to?: string];

interface Range {
  dates?: Ends;
  /** Only within one date. */
  times?: Ends;
}

function matchOf({ dates: [from = '', to = ''] = [], times }: Range): (readonly [MatchingKey, string])[] {
  const match: (readonly [MatchingKey, string])[] = [['StudyDate', times ? from : `${from}-${to}`]];
  if (times) match.push(['StudyTime', `${times[0] ?? ''}-${times[1] === undefined ? '' : `${times[1]}.999999`}`]);
  return match;
}

function isIn({ date, time }: Moment, { dates, times }: Range): boolean {
  return isBetween(date, dates) && (!times || (time !== undefined && isBetween(time, times)));
}

function isBetween(value: string, [from = '', to = '9']: Ends = []): boolean {
  return value >= from && value <= to;
}

/**
 * Divides a range in the middle of its studies. If these have all the same date, the parts are the days before and after, and two
 * parts of this day.
 *
 * @returns the parts, and whether they are the whole range.
 */
function divide(found: readonly Moment[], { dates, times }: Range): { ranges: Range[]; isWhole: boolean } {
  if (times) {
    const parts = halves(
      found.map(({ time }) => time as string),
      times,
      nextSecond,
    );
    return { ranges: (parts ?? []).map((part) => ({ dates, times: part })), isWhole: parts !== undefined };
  }
  const parts = halves(
    found.map(({ date }) => date),
    dates ?? [],
    (date) => addDays(date, 1),
  );
  if (parts) return { ranges: parts.map((part) => ({ dates: part })), isWhole: true };
  const [{ date }] = found as [Moment];
  const around: Ends[] = [
    [dates?.[0], addDays(date, -1)],
    [addDays(date, 1), dates?.[1]],
  ];
  const ranges: Range[] = around.filter(([from = '', to = '9']) => from <= to).map((part) => ({ dates: part }));
  const known = found.map(({ time }) => time).filter((time) => time !== undefined);
  const ofDay = known.length < found.length ? undefined : halves(known, [], nextSecond);
  ranges.push(...(ofDay ?? []).map((part) => ({ dates: [date, date] as const, times: part })));
  return { ranges, isWhole: ofDay !== undefined };
}

/** Divides a range in the middle of `values`; `undefined` if these are all the same. @param next the value after another. */
function halves(values: readonly string[], [from, to]: Ends, next: (value: string) => string): Ends[] | undefined {
  const sorted = [...values].sort();
  const last = sorted.at(-1) as string;
  if (sorted[0] === last) return undefined;
  const middle = sorted[Math.floor((sorted.length - 1) / 2)] as string;
  const lowerEnd = middle === last ? (sorted.findLast((value) => value < last) as string) : middle;
  return [
    [from, lowerEnd],
    [next(lowerEnd), to],
  ];
}

/** Returns the date so many days after another. */
export function addDays(date: string, days: number): string {
  const time = Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6)) + days);
  return new Date(time).toISOString().slice(0, 10).replaceAll('-', '');
}

function nextSecond(time: string): string {
  const seconds = Number(time.slice(0, 2)) * 3600 + Number(time.slice(2, 4)) * 60 + Number(time.slice(4)) + 1;
  const digits = (value: number) => String(value).padStart(2, '0');
  return digits(Math.floor(seconds / 3600)) + digits(Math.floor(seconds / 60) % 60) + digits(seconds % 60);
}

/** Returns the dates of the studies that have one, with their times. */
function momentsOf(studies: readonly DicomJson[]): Moment[] {
  return studies.flatMap((study) => {
    const { date } = readDateTime(textOf(study, Tag.StudyDate));
    const time = readTime(textOf(study, Tag.StudyTime))?.slice(0, 6).padEnd(6, '0');
    return date === undefined ? [] : { date, ...(time !== undefined && { time }) };
  });
}

function uidOf(study: DicomJson): string | undefined {
  return textOf(study, Tag.StudyInstanceUID);
}
