import { foldText, readDateTime, readTime } from '@pacs-connectors/connector-core';
import { type Attribute, type Found } from './attributes.js';

/**
 * Returns whether a result meets a matching key (PS3.4 C.2.2.2): single values, lists of UIDs, wildcards and ranges.
 *
 * @returns `undefined` if no archive returned the attribute
 */
export function matches(
  found: Found,
  { attribute, value }: { attribute: Attribute; value: string },
): boolean | undefined {
  const values = attribute.values(found);
  if (!values) return undefined;
  const { vr } = attribute;
  if (vr === 'UI') return value.split(/[\\,]/).some((uid) => values.includes(uid.trim()));
  if (vr === 'DA') return inRange(values[0], value, dateRange, (text) => readDateTime(text).date);
  if (vr === 'TM') return inRange(values[0], value, timeRange, readTime);
  if (vr === 'IS') return values.some((one) => Number(one) === Number(value));
  if (vr === 'PN') return values.some((one) => nameMatches(one, value));
  const wanted = vr === 'CS' ? value.split(/[\\,]/) : [value];
  return wanted.some((one) => values.some((own) => wildcard(one.trim()).test(own)));
}

/** Names match without regard to letter case and accents (PS3.4 C.2.2.2.1), and without empty components at their ends. */
function nameMatches(name: string, value: string): boolean {
  const pattern = wildcard(plainName(value));
  return [name, ...name.split('=')].some((one) => pattern.test(plainName(one)));
}

function plainName(text: string): string {
  return foldText(text).replace(/[\^= ]+$/, '');
}

/** Returns the pattern of a value in which `*` is any text and `?` any character (PS3.4 C.2.2.2.4). */
function wildcard(value: string): RegExp {
  // Several * in a row are one. Each would try every length.
  const escaped = value.replace(/\*+/g, '*').replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'su');
}

/** A range of dates or times, both inclusive. */
export interface Range {
  from?: string;
  to?: string;
}

function inRange(
  text: string | undefined,
  value: string,
  rangeOf: (value: string) => Range | undefined,
  read: (text: string | undefined) => string | undefined,
): boolean | undefined {
  const own = read(text);
  const range = rangeOf(value);
  if (own === undefined || !range) return undefined;
  const { from, to } = range;
  return (
    (from === undefined || own.slice(0, 8) >= from || own >= from) &&
    (to === undefined || own <= to || own.startsWith(to))
  );
}

/** Reads `yyyymmdd`, `yyyymmdd-`, `-yyyymmdd` or `yyyymmdd-yyyymmdd` (PS3.4 C.2.2.2.5). */
export function dateRange(value: string): Range | undefined {
  return range(value, /^\d{8}$/);
}

/** Reads the same of times: `hhmmss`. */
function timeRange(value: string): Range | undefined {
  return range(value, /^\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?$/);
}

function range(value: string, form: RegExp): Range | undefined {
  const [from = '', to, ...rest] = value.split('-').map((one) => one.trim());
  if (rest.length > 0 || (from === '' && !to)) return undefined;
  if (![from, to ?? ''].every((one) => one === '' || form.test(one))) return undefined;
  if (to === undefined) return { from, to: from };
  return { ...(from && { from }), ...(to && { to }) };
}
