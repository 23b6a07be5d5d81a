import { type Attributes, nameText, type PersonName } from '../dicom/attributes.js';
import { findTag, vrOf } from '../dicom/dictionary.js';
import { type Level, LEVELS } from '../storage/levels.js';
import { type MatchingKeys } from '../storage/matching.js';

/** The identifier of a C-FIND, C-GET or C-MOVE: its level, and its keys by tag; a return key has no values. */
export interface Query {
  level: Level;
  keys: MatchingKeys;
}

/** Reads an identifier as the library gives it: values by keyword. Returns undefined if it has no known level. */
export function queryOf(elements: Record<string, unknown>): Query | undefined {
  const { QueryRetrieveLevel, ...rest } = elements;
  const level = LEVELS.find((one) => one === textsOf(QueryRetrieveLevel)[0]);
  if (!level) return undefined;
  const keys = Object.entries(rest).flatMap(([keyword, value]) => {
    const tag = findTag(keyword);
    return tag && tag !== '00080005' ? [[tag, textsOf(value)] as const] : [];
  });
  return { level, keys: Object.fromEntries(keys) };
}

function textsOf(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  const values = Array.isArray(value) ? value : [value];
  return values
    .map((one) => (typeof one === 'object' && one !== null ? nameText(one as PersonName) : String(one)).trim())
    .filter((text) => text !== '');
}

/** Returns what a C-FIND responds with for a match: the keys of the query, without a value where there is none. */
export function identifierOf({ level, keys }: Query, found: Attributes, aeTitle: string): Attributes {
  const requested = Object.keys(keys).map((tag) => [tag, found[tag] ?? { vr: vrOf(tag) }] as const);
  return {
    ...Object.fromEntries(requested),
    '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
    '00080052': { vr: 'CS', Value: [level] },
    '00080054': { vr: 'AE', Value: [aeTitle] },
  };
}

/** Returns only the UIDs of a query, by which C-GET and C-MOVE choose images. */
export function uniqueKeysOf({ keys }: Query): MatchingKeys {
  const unique = ['00100020', '0020000D', '0020000E', '00080018'];
  return Object.fromEntries(Object.entries(keys).filter(([tag, values]) => unique.includes(tag) && values.length > 0));
}
