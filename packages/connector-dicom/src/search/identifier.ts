import { type Element } from '../dimse/data-set.js';
import { Tag, VALUE_REPRESENTATIONS } from '../dimse/tags.js';
import { encodeText, normalizeTerm, PLAIN_QUERY_TERMS } from '../text/character-sets.js';
import { encodeIso2022, ISO_2022_QUERY_TERMS } from '../text/iso-2022.js';
import { type Level } from './return-keys.js';

/** What one C-FIND asks: the values to match by tag, the attributes to return. */
export interface Query {
  level: Level;
  match: ReadonlyMap<number, string>;
  returnKeys: readonly number[];
}

/** Terms in which a peer can be asked (`query-character-set`). */
export const QUERY_CHARACTER_SETS = [...PLAIN_QUERY_TERMS, ...ISO_2022_QUERY_TERMS];

/**
 * The C-FIND identifier of `query` (PS3.4 C.4.1.1.3). Text that is not ASCII is written in `characterSet`, or in UTF-8 where
 * that cannot hold it, and the identifier says so.
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

/** Longest value that is asked for, characters: that of LO (PS3.5 6.2). Archives hold SH values far beyond their 16. */
const LONGEST = 64;

/**
 * A caller's value as the value to match in an LO or SH attribute, so that it means itself: `*` and `?`, which the protocol
 * would read as wildcards and has no escape for, become `?`, which matches them and is narrow; what else that matches is
 * left out of the answer afterwards.
 *
 * @returns `undefined` where no archive can hold the value: empty, over-long, or with a backslash or a control character.
 */
export function literalMatch(value: string): string | undefined {
  const text = significant(value);
  // eslint-disable-next-line no-control-regex -- values that hold them are what is looked for
  if (text === '' || [...text].length > LONGEST || /[\\\x00-\x1f\x7f]/.test(text)) return undefined;
  return text.replaceAll('*', '?');
}

/** Whether a value means itself when it is asked for: {@link literalMatch} makes nothing wider of it. */
export function isPlain(value: string): boolean {
  return !/[*?]/.test(value);
}

/** The part of an LO or SH value that counts: padding does not (PS3.5 6.2). Composed and decomposed letters are one. */
export function significant(value: string): string {
  return value.replace(/^ +| +$/g, '').normalize('NFC');
}
