import { createRequire } from 'node:module';

interface Dcmjs {
  data: { DicomMetaDictionary: { nameMap: Record<string, { tag: string; vr: string } | undefined> } };
}

// dcmjs has no types.
const { nameMap } = (createRequire(import.meta.url)('dcmjs') as Dcmjs).data.DicomMetaDictionary;

/** Returns the tag of a keyword of PS3.6, eight hexadecimal digits. @throws Error if there is no such keyword */
export function tagOf(keyword: string): string {
  const tag = findTag(keyword);
  if (!tag) throw new Error(`${keyword} is not a keyword of the DICOM dictionary`);
  return tag;
}

/** Returns the tag of a keyword or of a tag; undefined if it is neither. */
export function findTag(name: string): string | undefined {
  if (/^[0-9a-f]{8}$/i.test(name)) return name.toUpperCase();
  return nameMap[name]?.tag.replace(/\W/g, '').toUpperCase();
}

let representations: Map<string, string> | undefined;

/** Returns the value representation of a tag; `UN` if the dictionary does not contain it. */
export function vrOf(tag: string): string {
  representations ??= new Map(
    Object.values(nameMap).map((entry) => [entry?.tag.replace(/\W/g, '').toUpperCase() ?? '', entry?.vr ?? '']),
  );
  if (tag.endsWith('0000')) return 'UL';
  const vr = representations.get(tag) ?? 'UN';
  // The dictionary names both where the data set decides.
  return vr === 'ox' ? 'OW' : vr === 'xs' ? 'US' : vr === 'ow' ? 'OW' : vr;
}
