import {
  encodeIso2022,
  encodeText,
  ISO_2022_QUERY_TERMS,
  normalizeTerm,
  PLAIN_QUERY_TERMS,
} from '@pacs-connectors/connector-core';
import { type Element } from '../dimse/data-set.js';
import { Tag, VALUE_REPRESENTATIONS } from '../dimse/tags.js';
import { type Level } from './return-keys.js';

/** A C-FIND: the values to match by tag, and the attributes to return. */
export interface Query {
  level: Level;
  match: ReadonlyMap<number, string>;
  returnKeys: readonly number[];
}

/** The values of `query-character-set`. */
export const QUERY_CHARACTER_SETS = [...PLAIN_QUERY_TERMS, ...ISO_2022_QUERY_TERMS];

/**
 * Returns the C-FIND identifier of `query` (PS3.4 C.4.1.1.3). Text beyond ASCII is written in `characterSet`, or in UTF-8 if that
 * lacks a letter, and the identifier declares it.
 */
export function identifierOf(query: Query, characterSet: string): Element[] {
  const extended = ISO_2022_QUERY_TERMS.includes(characterSet);
  const encode = extended ? encodeIso2022 : encodeText;
  const written = [...query.match].map(([tag, value]) => ({ tag, value, own: encode(value, characterSet) }));
  const name = extended ? `\\${characterSet}` : normalizeTerm(characterSet);
  const term = written.some(({ own }) => own === undefined) ? 'ISO_IR 192' : name;
  const elements = new Map<number, Element>();
  const add = (tag: number, value: Buffer) =>
    elements.set(tag, { tag, vr: VALUE_REPRESENTATIONS[tag] as string, value });
  add(Tag.queryRetrieveLevel, Buffer.from(query.level));
  for (const tag of query.returnKeys) add(tag, Buffer.alloc(0));
  let ascii = true;
  for (const { tag, value, own } of written) {
    const bytes = term === 'ISO_IR 192' ? Buffer.from(value, 'utf8') : (own as Buffer);
    ascii &&= bytes.every((byte) => byte < 0x80 && byte !== 0x1b);
    add(tag, bytes);
  }
  if (!ascii) add(Tag.specificCharacterSet, Buffer.from(term));
  return [...elements.values()];
}

/** Longest value that is queried, characters: that of LO (PS3.5 6.2). Archives have SH values far beyond their 16. */
const LONGEST = 64;

/**
 * Returns a caller's value as the value to match in an LO or SH attribute, without wildcards. The protocol reads `*` and `?` as
 * wildcards and has no escape, so they become `?`, which matches them. Other values that it matches are left out afterwards.
 *
 * @returns `undefined` if no archive can have the value: empty, too long, or with a backslash or a control character.
 */
export function literalMatch(value: string): string | undefined {
  const text = significant(value);
  // eslint-disable-next-line no-control-regex -- such values cannot be queried
  if (text === '' || [...text].length > LONGEST || /[\\\x00-\x1f\x7f]/.test(text)) return undefined;
  return text.replaceAll('*', '?');
}

/**
 * Returns whether a UID of an answer can be used unchanged. Some modalities write UIDs with letters or more than 64
 * characters, which PS3.5 9.1 forbids. Archives and viewers know the images only by these values.
 */
export function isUsableUid(uid: string | undefined): uid is string {
  // eslint-disable-next-line no-control-regex -- such values cannot be queried
  return uid !== undefined && uid.length <= 128 && /\d/.test(uid) && !/[*?\\\x00-\x20\x7f]/.test(uid);
}

/** Returns whether {@link literalMatch} matches exactly this value. */
export function isPlain(value: string): boolean {
  return !/[*?]/.test(value);
}

/** Returns the significant part of an LO or SH value, without padding (PS3.5 6.2). Composed and decomposed letters are equal. */
export function significant(value: string): string {
  return value.replace(/^ +| +$/g, '').normalize('NFC');
}
