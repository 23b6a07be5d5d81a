import { type Attributes, textsOf } from '../dicom/attributes.js';
import { vrOf } from '../dicom/dictionary.js';

/** The keys of a query: for each tag, the values of which one has to match; none matches everything. */
export type MatchingKeys = Record<string, readonly string[]>;

const RANGES = new Set(['DA', 'TM', 'DT']);
/** The representations that have no wildcards (PS3.4 C.2.2.2.4). */
const LITERAL = new Set(['AT', 'DA', 'DT', 'DS', 'FD', 'FL', 'IS', 'SL', 'SS', 'TM', 'UI', 'UL', 'US']);

/** Whether attributes match every key (PS3.4 C.2.2.2). Keys that the archive does not know match everything. */
export function matches(attributes: Attributes, keys: MatchingKeys): boolean {
  return Object.entries(keys).every(([tag, wanted]) => {
    if (wanted.every((value) => value === '' || value === '*') || vrOf(tag) === 'SQ') return true;
    const values = textsOf(attributes, tag);
    return wanted.some((one) => values.some((value) => matchesValue(vrOf(tag), value, one)));
  });
}

function matchesValue(vr: string, value: string, wanted: string): boolean {
  if (RANGES.has(vr) && wanted.includes('-')) return isInRange(value, wanted);
  if (LITERAL.has(vr)) return value === wanted;
  const pattern = patternOf(wanted, vr === 'PN');
  return pattern.test(value) || (vr === 'PN' && value.split('=').some((group) => pattern.test(group)));
}

/** Compares texts of the same length, since a time may have fewer digits than its limit. */
function isInRange(value: string, range: string): boolean {
  const [from = '', to = ''] = range.split('-');
  return value !== '' && value.slice(0, from.length) >= from && (to === '' || value.slice(0, to.length) <= to);
}

function patternOf(wanted: string, ignoresCase: boolean): RegExp {
  const source = wanted
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, ignoresCase ? 'isu' : 'su');
}
