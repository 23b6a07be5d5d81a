import { type Attributes, textOf } from '../dicom/attributes.js';
import { findTag, vrOf } from '../dicom/dictionary.js';
import { type ImageStore, type InstancePath } from '../storage/image-store.js';
import { type Level } from '../storage/levels.js';
import { type MatchingKeys } from '../storage/matching.js';
import { HttpError } from './reply.js';

/** What a search returns for an image without `includefield`; series and studies are returned whole. */
const IMAGE_FIELDS = [
  ...['00080005', '00080016', '00080018', '0020000D', '0020000E', '00200013'],
  ...['00280008', '00280010', '00280011', '00280100'],
];

/** Answers a search (PS3.18 10.6). @throws HttpError if a parameter is wrong */
export function searchResults(
  store: ImageStore,
  level: Level,
  path: InstancePath,
  parameters: URLSearchParams,
  baseUrl: string,
): Attributes[] {
  const fields = parameters.getAll('includefield').flatMap((field) => field.split(','));
  const found = store.find(level, keysOf(path, parameters));
  const offset = numberIn(parameters, 'offset') ?? 0;
  const limit = numberIn(parameters, 'limit') ?? Infinity;
  return found.slice(offset, offset + limit).map((attributes) => ({
    ...(level === 'IMAGE' && !fields.includes('all') ? pick(attributes, [...IMAGE_FIELDS, ...fields]) : attributes),
    '00080056': { vr: 'CS', Value: ['ONLINE'] },
    '00081190': { vr: 'UR', Value: [retrieveUrl(baseUrl, level, attributes)] },
  }));
}

function keysOf({ study, series, instance }: InstancePath, parameters: URLSearchParams): MatchingKeys {
  const keys: Record<string, string[]> = {};
  for (const [name, value] of parameters) {
    if (['includefield', 'limit', 'offset', 'fuzzymatching'].includes(name)) continue;
    const tag = findTag(name);
    if (!tag) throw new HttpError(400, `${name} is not an attribute. Use a keyword or a tag of PS3.6.`);
    keys[tag] = vrOf(tag) === 'UI' ? value.split(/[,\\]/) : [value];
  }
  if (study) keys['0020000D'] = [study];
  if (series) keys['0020000E'] = [series];
  if (instance) keys['00080018'] = [instance];
  return keys;
}

function numberIn(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name);
  if (text === null) return undefined;
  if (!/^\d+$/.test(text)) throw new HttpError(400, `${name} must be a whole number.`);
  return Number(text);
}

function pick(attributes: Attributes, fields: readonly string[]): Attributes {
  const tags = new Set(fields.map((field) => findTag(field)));
  return Object.fromEntries(Object.entries(attributes).filter(([tag]) => tags.has(tag)));
}

function retrieveUrl(baseUrl: string, level: Level, attributes: Attributes): string {
  const study = `${baseUrl}/studies/${textOf(attributes, '0020000D')}`;
  if (level === 'STUDY') return study;
  const series = `${study}/series/${textOf(attributes, '0020000E')}`;
  return level === 'SERIES' ? series : `${series}/instances/${textOf(attributes, '00080018')}`;
}
