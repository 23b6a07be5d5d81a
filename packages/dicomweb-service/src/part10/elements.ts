import { createRequire } from 'node:module';

/** A data element (PS3.5 7.1). */
export interface Element {
  /** Eight upper-case hexadecimal digits. */
  tag: string;
  vr: string;
  /** Where its value begins in the data set's source. */
  offset: number;
  length: number;
  /** The value as it is in the file; `undefined` for a large binary value, which is read from the source. */
  value?: Buffer;
  /** The items of a sequence. */
  items?: Element[][];
}

/** The encoding of a data set. */
export interface Encoding {
  explicit: boolean;
  bigEndian: boolean;
}

/** Thrown if the bytes end before the element does. */
export class NeedsMoreBytes extends Error {}

/** Thrown for a file that is not DICOM, or that breaks the encoding of its transfer syntax. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

const UNDEFINED_LENGTH = 0xffffffff;
const ITEM = 'FFFEE000';
const ITEM_END = 'FFFEE00D';
const SEQUENCE_END = 'FFFEE0DD';
/** VRs with a length of four bytes (PS3.5 Table 7.1-1). */
const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const BINARY = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN']);
/** A longer binary value is not read with the header. */
export const LARGE = 64 * 1024;
const IMPLICIT: Encoding = { explicit: false, bigEndian: false };

/** The deepest sequence that is read. A damaged file may nest without end. */
const MAX_DEPTH = 64;

/** An element, and where the next one begins. */
export interface Parsed {
  element: Element;
  end: number;
  /** Whether the value has an undefined length and is not a sequence: encapsulated pixel data. */
  encapsulated: boolean;
}

/**
 * Reads the element at `at`.
 *
 * @param base where `bytes` begin in the source
 * @throws NeedsMoreBytes, UnreadableFile
 */
export function parseElement(bytes: Buffer, at: number, base: number, encoding: Encoding, depth = 0): Parsed {
  const { tag, vr, length, start } = parseHead(bytes, at, encoding);
  const element: Element = { tag, vr, offset: base + start, length };
  if (length === UNDEFINED_LENGTH) {
    if (isPixelData(tag)) return { element, end: start, encapsulated: true };
    // UN of undefined length is a sequence in Implicit VR Little Endian (PS3.5 6.2.2).
    const { items, end } = parseItems(bytes, start, base, vr === 'UN' ? IMPLICIT : encoding, depth);
    return { element: { ...element, vr: 'SQ', length: end - start, items }, end, encapsulated: false };
  }
  const end = start + length;
  if (isPixelData(tag) || (depth === 0 && length > LARGE && BINARY.has(vr)))
    return { element, end, encapsulated: false };
  if (end > bytes.length) throw new NeedsMoreBytes();
  if (vr === 'SQ') {
    element.items = parseItems(bytes.subarray(0, end), start, base, encoding, depth, end).items;
  } else element.value = bytes.subarray(start, end);
  return { element, end, encapsulated: false };
}

/** Returns whether an element is Pixel Data, Float Pixel Data or Double Float Pixel Data. */
export function isPixelData(tag: string): boolean {
  return tag === '7FE00010' || tag === '7FE00008' || tag === '7FE00009';
}

function parseHead(
  bytes: Buffer,
  at: number,
  { explicit, bigEndian }: Encoding,
): { tag: string; vr: string; length: number; start: number } {
  if (at + 8 > bytes.length) throw new NeedsMoreBytes();
  const u16 = (offset: number) => (bigEndian ? bytes.readUInt16BE(offset) : bytes.readUInt16LE(offset));
  const u32 = (offset: number) => (bigEndian ? bytes.readUInt32BE(offset) : bytes.readUInt32LE(offset));
  const tag = hex(u16(at)) + hex(u16(at + 2));
  if (tag.startsWith('FFFE')) return { tag, vr: '', length: u32(at + 4), start: at + 8 };
  if (!explicit) return { tag, vr: implicitVr(tag), length: u32(at + 4), start: at + 8 };
  const vr = bytes.toString('latin1', at + 4, at + 6);
  if (!/^[A-Z]{2}$/.test(vr)) throw new UnreadableFile(`the element ${tag} has no value representation`);
  if (!LONG.has(vr)) return { tag, vr, length: u16(at + 6), start: at + 8 };
  if (at + 12 > bytes.length) throw new NeedsMoreBytes();
  return { tag, vr, length: u32(at + 8), start: at + 12 };
}

/** Reads the items of a sequence, to `limit` or to the sequence delimiter. */
function parseItems(
  bytes: Buffer,
  start: number,
  base: number,
  encoding: Encoding,
  depth: number,
  limit?: number,
): { items: Element[][]; end: number } {
  if (depth >= MAX_DEPTH) throw new UnreadableFile('sequences are nested too deeply');
  const items: Element[][] = [];
  let at = start;
  while (limit === undefined || at < limit) {
    const head = parseHead(bytes, at, encoding);
    at = head.start;
    if (head.tag === SEQUENCE_END) return { items, end: at };
    if (head.tag !== ITEM) throw new UnreadableFile(`a sequence contains ${head.tag} instead of an item`);
    const end = head.length === UNDEFINED_LENGTH ? undefined : at + head.length;
    if (end !== undefined && end > bytes.length) throw new NeedsMoreBytes();
    const elements: Element[] = [];
    while (end === undefined || at < end) {
      const next = parseHead(bytes, at, encoding);
      if (next.tag === ITEM_END) {
        at = next.start;
        break;
      }
      const parsed = parseElement(bytes, at, base, encoding, depth + 1);
      if (parsed.encapsulated) throw new UnreadableFile('a sequence contains encapsulated pixel data');
      elements.push(parsed.element);
      at = parsed.end;
    }
    items.push(elements);
  }
  return { items, end: at };
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, '0');
}

/** VRs of dcmjs's dictionary that stand for several. */
const AMBIGUOUS: Record<string, string> = { xs: 'US', ox: 'OW', lt: 'OW', ns: 'UN' };

interface Dictionary {
  data: { DicomMetaDictionary: { dictionary: Record<string, { vr: string } | undefined> } };
}

// It is loaded when it is first needed, because that takes a tenth of a second.
let dictionary: Record<string, { vr: string } | undefined> | undefined;

function implicitVr(tag: string): string {
  const element = tag.slice(4);
  if (element === '0000') return 'UL';
  if (Number.parseInt(tag[3]!, 16) % 2 === 1) return element.startsWith('00') ? 'LO' : 'UN';
  dictionary ??= (createRequire(import.meta.url)('dcmjs') as Dictionary).data.DicomMetaDictionary.dictionary;
  // Overlays and curves have a group for each (PS3.5 7.6).
  const group = /^(50|60)/.test(tag) ? `${tag.slice(0, 2)}00` : tag.slice(0, 4);
  const vr = dictionary[`(${group},${element})`]?.vr ?? dictionary[`(${tag.slice(0, 2)}xx,${element})`]?.vr ?? 'UN';
  return AMBIGUOUS[vr] ?? vr;
}
