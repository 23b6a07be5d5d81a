import { type Depth, newestFirst } from '@pacs-connectors/connector-core';
import { type JoinedStudy } from '../join/join-answers.js';
import { type JsonAttribute, type JsonDataSet, personName } from '../json/dicom-json.js';
import { type Attribute, ATTRIBUTES, type Found } from './attributes.js';
import { matches } from './match.js';
import { type Query } from './query.js';

/** The results of a search, of which an answer contains some (`limit`, `offset`). */
export interface Results {
  /** In a stable order: studies newest first, series and instances by number. */
  found: Found[];
  /** How many there are in all. */
  total: number;
  /** Keywords of matching keys that archives did not return for some of the results, which are in the answer nevertheless. */
  unmatched: string[];
}

/** Returns the studies, series or instances that meet all matching keys of a query. */
export function resultsOf(studies: readonly JoinedStudy[], query: Query): Results {
  const unmatched = new Set<string>();
  const meets = (found: Found, level: Attribute['level'][]) =>
    query.matches.every((match) => {
      if (!level.includes(match.attribute.level)) return true;
      const result = matches(found, match);
      if (result !== undefined) return result;
      // What is not known does not exclude a result, unless it is an identifier.
      if (match.attribute.vr === 'UI' || match.attribute.tag === '00100020') return false;
      unmatched.add(match.attribute.keyword);
      return true;
    });
  const found = studies
    .map((joined): Found => ({ joined, patient: joined.patient, study: joined.study }))
    .filter((one) => meets(one, ['patient', 'study']))
    .sort((a, b) => newestFirst({ ...a.study, series: [] }, { ...b.study, series: [] }))
    .flatMap((one) => (query.level === 'study' ? [one] : seriesOf(one).filter((some) => meets(some, ['series']))))
    .flatMap((one) =>
      query.level === 'instance' ? instancesOf(one).filter((some) => meets(some, ['instance'])) : [one],
    );
  const { offset, limit = found.length } = query;
  return { found: found.slice(offset, offset + limit), total: found.length, unmatched: [...unmatched] };
}

function seriesOf(found: Found): Found[] {
  return [...found.joined.series]
    .sort(
      (a, b) =>
        byNumber(a.series.seriesNumber, b.series.seriesNumber) ||
        byText(a.series.seriesInstanceUid, b.series.seriesInstanceUid),
    )
    .map((series) => ({ ...found, series }));
}

function instancesOf(found: Found): Found[] {
  return [...(found.series?.instances ?? [])]
    .sort((a, b) => byNumber(a.instanceNumber, b.instanceNumber) || byText(a.sopInstanceUid, b.sopInstanceUid))
    .map((instance) => ({ ...found, instance }));
}

function byNumber(a: string | undefined, b: string | undefined): number {
  const [one, other] = [a, b].map((text) => {
    const number = Number(text ?? Number.NaN);
    return Number.isNaN(number) ? Number.MAX_SAFE_INTEGER : number;
  }) as [number, number];
  return one - other;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const ABOVE: Record<Depth, Attribute['level'][]> = {
  study: ['patient', 'study'],
  series: ['patient', 'study', 'series'],
  instance: ['patient', 'study', 'series', 'instance'],
};
const OWN: Record<Depth, Attribute['level'][]> = {
  study: ['patient', 'study'],
  series: ['series'],
  instance: ['instance'],
};
/** The UIDs that are in each result, whatever its level. */
const UIDS = new Set(['0020000D', '0020000E', '00080018']);

/**
 * Returns a result as DICOM JSON (PS3.18 10.6.3.3). Below a study or series, its attributes are left out, as the request knows them.
 *
 * @param retrieveUrl the address from which it is retrieved
 */
export function resultJson(found: Found, { level, path, includes }: Query, retrieveUrl: string): JsonDataSet {
  const isRelative = path.studyInstanceUid !== undefined && level !== 'study';
  const levels = isRelative ? OWN[level] : ABOVE[level];
  const above = isRelative && level === 'instance' && path.seriesInstanceUid === undefined ? ['series'] : [];
  const wanted = ATTRIBUTES.filter(
    (attribute) =>
      includes.includes(attribute) ||
      ((levels.includes(attribute.level) || above.includes(attribute.level) || UIDS.has(attribute.tag)) &&
        ABOVE[level].includes(attribute.level)),
  );
  const json: JsonDataSet = { '00080005': { vr: 'CS', Value: ['ISO_IR 192'] } };
  for (const attribute of wanted) {
    const values = attribute.values(found);
    if (values || !attribute.counts) json[attribute.tag] = jsonAttribute(attribute.vr, values);
  }
  json['00081190'] = { vr: 'UR', Value: [retrieveUrl] };
  return Object.fromEntries(Object.entries(json).sort(([a], [b]) => byText(a, b)));
}

function jsonAttribute(vr: string, values: string[] | undefined): JsonAttribute {
  if (!values) return { vr };
  if (vr === 'PN') return { vr, Value: values.map(personName) };
  if (vr !== 'IS') return { vr, Value: values };
  return { vr, Value: values.map((one) => (Number.isFinite(Number(one)) ? Number(one) : one)) };
}
