/**
 * The data sets of C-FIND: identifiers and command sets, little endian, explicit or implicit VR (PS3.5 7.1).
 *
 * Values stay the bytes that came: their text depends on the Specific Character Set of the same data set, which may stand
 * anywhere before them or be missing (see ../text).
 */
export type DataSet = Map<number, Buffer>;

export const IMPLICIT_VR_LITTLE_ENDIAN = '1.2.840.10008.1.2';
export const EXPLICIT_VR_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

/** One element to send. `tag` is group and element as one number, `vr` one with a length of two bytes in explicit VR. */
export interface Element {
  tag: number;
  vr: string;
  value: Buffer;
}

const UNDEFINED_LENGTH = 0xffffffff;
const ITEM = 0xfffee000;
const ITEM_DELIMITATION = 0xfffee00d;
const SEQUENCE_DELIMITATION = 0xfffee0dd;
/** Value representations whose length takes four bytes (PS3.5 7.1.2). */
const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);

/** A data set that ends before it should, or whose lengths cannot be. */
export class MalformedDataSet extends Error {}

/**
 * The elements at the top of a data set. Sequences are passed over, odd lengths are taken as they are.
 *
 * @throws MalformedDataSet
 */
export function readDataSet(bytes: Buffer, explicitVr: boolean): DataSet {
  const elements: DataSet = new Map();
  let offset = 0;
  while (offset < bytes.length) {
    const header = readHeader(bytes, offset, explicitVr);
    if (header.length === UNDEFINED_LENGTH) {
      offset = skipUndefined(bytes, header.start, header.explicitContent);
      continue;
    }
    const end = header.start + header.length;
    if (end > bytes.length) throw new MalformedDataSet('an element is longer than the data set that holds it');
    elements.set(header.tag, bytes.subarray(header.start, end));
    offset = end;
  }
  return elements;
}

interface Header {
  tag: number;
  length: number;
  /** Where the value begins. */
  start: number;
  /** Whether elements within its items are in explicit VR: not within UN (PS3.5 6.2.2). */
  explicitContent: boolean;
}

function readHeader(bytes: Buffer, offset: number, explicitVr: boolean): Header {
  if (offset + 8 > bytes.length) throw new MalformedDataSet('a data set ends within an element');
  const tag = bytes.readUInt16LE(offset) * 0x10000 + bytes.readUInt16LE(offset + 2);
  if (!explicitVr || tag >= ITEM) {
    return { tag, length: bytes.readUInt32LE(offset + 4), start: offset + 8, explicitContent: explicitVr };
  }
  const vr = bytes.toString('latin1', offset + 4, offset + 6);
  if (!LONG.has(vr)) {
    return { tag, length: bytes.readUInt16LE(offset + 6), start: offset + 8, explicitContent: true };
  }
  if (offset + 12 > bytes.length) throw new MalformedDataSet('a data set ends within an element');
  return { tag, length: bytes.readUInt32LE(offset + 8), start: offset + 12, explicitContent: vr !== 'UN' };
}

/** @returns the offset after the delimiter that ends a sequence or item of undefined length, nested ones too. */
function skipUndefined(bytes: Buffer, start: number, explicitVr: boolean): number {
  let offset = start;
  for (;;) {
    const { tag, length, start: value, explicitContent } = readHeader(bytes, offset, explicitVr);
    if (tag === SEQUENCE_DELIMITATION || tag === ITEM_DELIMITATION) return value;
    offset = length === UNDEFINED_LENGTH ? skipUndefined(bytes, value, explicitContent) : value + length;
  }
}

/** The bytes of a data set; elements are put in the order of their tags and padded to an even length. */
export function writeDataSet(elements: readonly Element[], explicitVr: boolean): Buffer {
  const parts: Buffer[] = [];
  for (const { tag, vr, value } of [...elements].sort((a, b) => a.tag - b.tag)) {
    const length = value.length + (value.length % 2);
    const bytes = Buffer.alloc(8 + length, vr === 'UI' ? 0 : 0x20);
    bytes.writeUInt16LE(Math.floor(tag / 0x10000), 0);
    bytes.writeUInt16LE(tag % 0x10000, 2);
    if (explicitVr) {
      bytes.write(vr, 4, 'latin1');
      bytes.writeUInt16LE(length, 6);
    } else bytes.writeUInt32LE(length, 4);
    bytes.set(value, 8);
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}
