import { readDateTime } from '@pacs-connectors/connector-core';
import { type QidoQuery } from '../http/query.js';
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
 * Sends a query of studies once more by ranges of Study Date, a required matching key (PS3.18 Table 10.6.1-5), to find those beyond a
 * limit of the server. A range is complete if it has fewer studies than the server has returned at once. Otherwise it is divided.
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
  const dates = datesOf(seen);
  const results: DicomJson[] = [];
  if (most < 2 || most > MOST_STUDIES || dates.length === 0) return { results };
  let queries = 0;
  // A study without a date is in no range.
  let isWhole = dates.length === most;
  const askParts = async ({ parts, isDivided }: Division): Promise<void> => {
    isWhole &&= isDivided;
    await Promise.all(parts.map(askRange));
  };
  const askRange = async ([from = '', to = '']: Range): Promise<void> => {
    if (++queries > MOST_QUERIES) return void (isWhole = false);
    const question: QidoQuery = { ...query, match: [...(query.match ?? []), ['StudyDate', `${from}-${to}`]] };
    const found: DicomJson[] = [];
    const { client, requester } = optional;
    await client.ask(question, requester, (result) => found.push(result));
    const inside = datesOf(found);
    const isIn = (date: string) => date >= from && (to === '' || date <= to);
    if (inside.length < found.length || !inside.every(isIn)) throw new Error('the range is ignored');
    results.push(...found);
    if (found.length >= most) await askParts(divide(inside, [from || undefined, to || undefined]));
  };
  let optional = context;
  const isAnswered = await context.optional(async (limited) => {
    optional = limited;
    await askParts(divide(dates, []));
    return true;
  });
  if (!isAnswered) return { results: [] };
  const covered = new Set(results.map(uidOf));
  return isWhole && seen.every((study) => covered.has(uidOf(study))) ? { results, isWhole } : { results };
}

type Range = [from?: string, to?: string];

interface Division {
  parts: Range[];
  /** The parts are the whole range. */
  isDivided: boolean;
}

/** Divides a range in the middle of its dates. If these are all the same date, the parts are those before and after. */
function divide(dates: readonly string[], [from, to]: Range): Division {
  const sorted = [...dates].sort();
  const last = sorted.at(-1) as string;
  const isDivided = sorted[0] !== last;
  const middle = sorted[Math.floor((sorted.length - 1) / 2)] as string;
  const lowerEnd = middle === last ? addDays(last, -1) : middle;
  const upperStart = isDivided ? addDays(lowerEnd, 1) : addDays(last, 1);
  const parts: Range[] = [
    [from, lowerEnd],
    [upperStart, to],
  ];
  return { parts: parts.filter(([first = '', end = '9']) => first <= end), isDivided };
}

function addDays(date: string, days: number): string {
  const time = Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6)) + days);
  return new Date(time).toISOString().slice(0, 10).replaceAll('-', '');
}

/** Returns the dates of the studies that have one. */
function datesOf(studies: readonly DicomJson[]): string[] {
  return studies.map((study) => readDateTime(textOf(study, Tag.StudyDate)).date).filter((date) => date !== undefined);
}

function uidOf(study: DicomJson): string | undefined {
  return textOf(study, Tag.StudyInstanceUID);
}
