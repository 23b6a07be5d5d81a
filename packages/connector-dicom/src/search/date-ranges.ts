import { readDateTime } from '@pacs-connectors/connector-core';
import { type StudyAnswer } from './answers.js';

/** A range of Study Date, both ends included; open without an end. */
export interface DateRange {
  from?: string;
  to?: string;
}

/** Returns a range as the value of a matching key (PS3.4 C.2.2.2.5). */
export function rangeValue({ from = '', to = '' }: DateRange): string {
  return from !== '' && from === to ? from : `${from}-${to}`;
}

/** Returns the studies whose date is in the range. */
export function studiesIn(studies: readonly StudyAnswer[], { from = '', to = '99999999' }: DateRange): StudyAnswer[] {
  return studies.filter((answer) => {
    const date = dateOf(answer);
    return date !== undefined && from <= date && date <= to;
  });
}

/**
 * Returns two parts of a range that have about half of the studies each.
 *
 * @returns `undefined` if no study has a date, or all have the same.
 */
export function halvesOf(range: DateRange, studies: readonly StudyAnswer[]): [DateRange, DateRange] | undefined {
  const dates = studiesIn(studies, range)
    .map((answer) => dateOf(answer) as string)
    .sort();
  const last = dates.at(-1);
  const to = dates[Math.ceil(dates.length / 2) - 1];
  const end = to === last ? dates.findLast((date) => date !== last) : to;
  if (end === undefined) return undefined;
  return [
    { ...range, to: end },
    { ...range, from: dayAfter(end) },
  ];
}

function dateOf({ study }: StudyAnswer): string | undefined {
  return readDateTime(study.studyDate).date;
}

function dayAfter(date: string): string {
  const [year, month, day] = [date.slice(0, 4), date.slice(4, 6), date.slice(6, 8)].map(Number) as [
    number,
    number,
    number,
  ];
  const next = new Date(Date.UTC(2000, month - 1, day + 1));
  next.setUTCFullYear(year, month - 1, day + 1);
  return next.toISOString().slice(0, 10).replaceAll('-', '');
}
