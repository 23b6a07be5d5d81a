import { type Depth, emptyCriteria, isUid, type SearchCriteria } from '@pacs-connectors/connector-core';
import { type Attribute, attributeOf, ATTRIBUTES } from './attributes.js';
import { dateRange } from './match.js';

/** The UIDs in the address of a search below a study or series. */
export interface SearchPath {
  studyInstanceUid?: string;
  seriesInstanceUid?: string;
}

/** A search that a QIDO-RS request states (PS3.18 10.6.1). */
export interface Query {
  level: Depth;
  path: SearchPath;
  /** What archives are searched for: one kind of identifier, and filters. */
  criteria: SearchCriteria;
  /** The matching keys that every result must meet. */
  matches: { attribute: Attribute; value: string }[];
  /** Attributes that the request adds to the usual ones. */
  includes: Attribute[];
  limit?: number;
  offset: number;
  /** The deepest level of the tree that is needed. */
  depth: Depth;
  /** What the search cannot do, one sentence each. It does not contain values. */
  warnings: string[];
}

/** An error in a parameter of a search. `detail` continues a sentence that begins with its name, without the value. */
export class QueryError extends Error {
  override readonly name = 'QueryError';

  constructor(
    readonly parameter: string,
    readonly detail: string,
  ) {
    super(`${parameter} ${detail}`);
  }
}

const LEVELS: readonly ('patient' | Depth)[] = ['patient', 'study', 'series', 'instance'];
/** Parameters for others, such as the token of the request. */
const IGNORED = new Set(['access_token', 'accept']);
const MAX_VALUES = 1000;
const DEPTHS: Record<Depth, number> = { study: 1, series: 2, instance: 3 };

/**
 * Reads the parameters of a search.
 *
 * @param parameters decoded, in order
 * @throws QueryError
 */
export function readQuery(
  parameters: readonly (readonly [name: string, value: string])[],
  level: Depth,
  path: SearchPath,
): Query {
  const warnings: string[] = [];
  const query: Query = {
    level,
    path,
    criteria: emptyCriteria(),
    matches: [],
    includes: [],
    offset: 0,
    depth: level,
    warnings,
  };
  const unknown = new Set<string>();
  const unavailable = new Set<string>();
  for (const [name, value] of parameters) {
    if (IGNORED.has(name.toLowerCase())) continue;
    if (name === 'limit') query.limit = wholeNumber(name, value);
    else if (name === 'offset') query.offset = wholeNumber(name, value);
    else if (name === 'fuzzymatching') {
      if (/^true$/i.test(value)) warnings.push('Fuzzy matching is not supported. Literal matching was performed.');
      else if (!/^false$/i.test(value)) throw new QueryError(name, 'is not true or false');
    } else if (name === 'includefield') {
      for (const field of value.split(',').map((one) => one.trim())) include(query, field, unavailable);
    } else {
      const attribute = attributeOf(name);
      if (!attribute || LEVELS.indexOf(attribute.level) > LEVELS.indexOf(level)) unknown.add(safeName(name));
      else if (value.trim() !== '' && value.trim() !== '*') query.matches.push({ attribute, value: value.trim() });
    }
  }
  if (unknown.size > 0)
    warnings.push(`These parameters are not supported and were ignored: ${[...unknown].join(', ')}.`);
  if (unavailable.size > 0)
    warnings.push(`These fields are not available in search results: ${[...unavailable].join(', ')}.`);
  setCriteria(query);
  return query;
}

function wholeNumber(name: string, value: string): number {
  if (!/^\d{1,9}$/.test(value.trim())) throw new QueryError(name, 'is not a whole number from 0 to 999999999');
  return Number(value);
}

function include(query: Query, field: string, unavailable: Set<string>): void {
  if (field === '') return;
  const wanted = field.toLowerCase() === 'all' ? ATTRIBUTES : [attributeOf(field)];
  for (const attribute of wanted) {
    if (!attribute) unavailable.add(safeName(field));
    else if (LEVELS.indexOf(attribute.level) <= LEVELS.indexOf(query.level)) {
      query.includes.push(attribute);
      if (attribute.counts) deepen(query, 'instance');
    }
  }
}

/** A name may be anything that the caller made up. */
function safeName(name: string): string {
  return /^[\w.]{1,64}$/.test(name) ? name : 'a name that is no attribute';
}

function deepen(query: Query, depth: Depth): void {
  if (DEPTHS[depth] > DEPTHS[query.depth]) query.depth = depth;
}

/** The identifiers that archives search by, the narrowest first. Several kinds in one search would be a union. */
const IDENTIFIERS = [
  ['0020000D', 'studyInstanceUids'],
  ['00080018', 'sopInstanceUids'],
  ['0020000E', 'seriesInstanceUids'],
  ['00080050', 'accessionNumbers'],
] as const;

function setCriteria(query: Query): void {
  const { criteria, matches, path } = query;
  for (const [tag, values] of [
    ['0020000D', path.studyInstanceUid],
    ['0020000E', path.seriesInstanceUid],
  ] as const)
    if (values !== undefined) matches.push({ attribute: attributeOf(tag)!, value: values });
  for (const { attribute, value } of matches) if (attribute.vr === 'UI') checkUids(attribute, value);
  const valueOf = (tag: string) => matches.find(({ attribute }) => attribute.tag === tag)?.value;
  const named = IDENTIFIERS.find(([tag]) => isExact(valueOf(tag)));
  const patientId = valueOf('00100020');
  if (named) criteria[named[1]] = named[0] === '00080050' ? [valueOf(named[0])!] : uidsOf(valueOf(named[0])!);
  else if (isExact(patientId)) {
    const issuer = valueOf('00100021');
    criteria.patientIds = [{ id: patientId!, ...(isExact(issuer) && { issuer }) }];
  }
  const modalities = valueOf('00080061');
  if (isExact(modalities)) criteria.filters.modalitiesInStudy = modalities!.split(/[\\,]/).filter((one) => one !== '');
  if (modalities !== undefined) deepen(query, 'series');
  const dates = valueOf('00080020');
  if (dates !== undefined) {
    const range = dateRange(dates);
    if (!range) throw new QueryError('StudyDate', 'is not a date (yyyymmdd) or a range of dates (yyyymmdd-yyyymmdd)');
    if (range.from) criteria.filters.lowerDateTime = { date: range.from };
    if (range.to) criteria.filters.upperDateTime = { date: range.to };
  }
}

function checkUids({ keyword }: Attribute, value: string): void {
  const uids = uidsOf(value);
  if (uids.length > MAX_VALUES) throw new QueryError(keyword, `has more than ${MAX_VALUES} values`);
  if (uids.length === 0 || !uids.every(isUid))
    throw new QueryError(keyword, 'is not a UID; expected 1 to 64 digits and dots');
}

/** The values of a list of UIDs (PS3.18 8.3.4.1). */
export function uidsOf(value: string): string[] {
  return value
    .split(/[\\,]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function isExact(value: string | undefined): boolean {
  return value !== undefined && !/[*?]/.test(value);
}
