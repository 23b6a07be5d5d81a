/**
 * A data set of C-FIND by tag: an identifier or a command set, little endian, explicit or implicit VR (PS3.5 7.1).
 *
 * Values stay bytes, because their text depends on the Specific Character Set of the same data set (see ../text).
 */
export type DataSet = Map<number, Buffer>;

export const IMPLICIT_VR_LITTLE_ENDIAN = '1.2.840.10008.1.2';
export const EXPLICIT_VR_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

/** An element to send. `tag` is group and element as one number. */
export interface Element {
  tag: number;
  vr: string;
  value: Buffer;
}

const UNDEFINED_LENGTH = 0xffffffff;
const ITEM = 0xfffee000;
const ITEM_DELIMITATION = 0xfffee00d;
const SEQUENCE_DELIMITATION = 0xfffee0dd;
/** Length of an item delimitation, bytes. */
const DELIMITER_LENGTH = 8;
/** Value representations whose length has four bytes, and those with two (PS3.5 7.1.2). */
const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const SHORT = new Set([
  ...['AE', 'AS', 'AT', 'CS', 'DA', 'DS', 'DT', 'FD', 'FL', 'IS', 'LO'],
  ...['LT', 'PN', 'SH', 'SL', 'SS', 'ST', 'TM', 'UI', 'UL', 'US'],
]);

/** Reports a data set that ends too early, or has impossible lengths. */
export class MalformedDataSet extends Error {}

/**
 * Returns the elements of a response's identifier. Some peers do not send the transfer syntax that they accepted, so the
 * first element decides. Implicit VR has a length in place of the VR, and no length is so large that its bytes are letters.
 *
 * @param explicitVr Whether the accepted transfer syntax has explicit VR. It decides only if the identifier is shorter than
 *   an element.
 * @throws MalformedDataSet
 */
export function readIdentifier(bytes: Buffer, explicitVr: boolean): DataSet {
  return readDataSet(bytes, hasExplicitVr(bytes, explicitVr));
}

function hasExplicitVr(bytes: Buffer, otherwise: boolean): boolean {
  const vr = bytes.toString('latin1', 4, 6);
  return bytes.length < 8 ? otherwise : LONG.has(vr) || SHORT.has(vr);
}

/**
 * Returns the elements at the top of a data set. The value of a sequence is its encoded items. Odd lengths are accepted.
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
      elements.set(header.tag, bytes.subarray(header.start, offset));
      continue;
    }
    const end = header.start + header.length;
    if (end > bytes.length) throw new MalformedDataSet('an element is longer than its data set');
    elements.set(header.tag, bytes.subarray(header.start, end));
    offset = end;
  }
  return elements;
}

/**
 * Returns the elements at the start of a data set up to `lastTag`, of which more may follow.
 *
 * @returns `isComplete` if an element after `lastTag` has begun.
 */
export function readLeadingElements(
  bytes: Buffer,
  explicitVr: boolean,
  lastTag: number,
): { elements: DataSet; isComplete: boolean } {
  const elements: DataSet = new Map();
  let offset = 0;
  try {
    while (offset + 4 <= bytes.length) {
      if (bytes.readUInt16LE(offset) * 0x10000 + bytes.readUInt16LE(offset + 2) > lastTag) {
        return { elements, isComplete: true };
      }
      const { tag, length, start, explicitContent } = readHeader(bytes, offset, explicitVr);
      const isUndefined = length === UNDEFINED_LENGTH;
      offset = isUndefined ? skipUndefined(bytes, start, explicitContent) : start + length;
      if (offset > bytes.length) break;
      if (!isUndefined) elements.set(tag, bytes.subarray(start, offset));
    }
  } catch (error) {
    if (!(error instanceof MalformedDataSet)) throw error;
  }
  return { elements, isComplete: elements.has(lastTag) };
}

interface Header {
  tag: number;
  length: number;
  /** Offset of the value. */
  start: number;
  /** Whether the elements in its items are in explicit VR, which they are not in UN (PS3.5 6.2.2). */
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

/** Returns the offset after the delimiter that ends a sequence or item of undefined length, and everything nested in it. */
function skipUndefined(bytes: Buffer, start: number, explicitVr: boolean): number {
  let offset = start;
  for (;;) {
    const { tag, length, start: value, explicitContent } = readHeader(bytes, offset, explicitVr);
    if (tag === SEQUENCE_DELIMITATION || tag === ITEM_DELIMITATION) return value;
    offset = length === UNDEFINED_LENGTH ? skipUndefined(bytes, value, explicitContent) : value + length;
  }
}

/**
 * Returns the items of a sequence's value.
 *
 * @throws MalformedDataSet
 */
export function readItems(value: Buffer): DataSet[] {
  const items: DataSet[] = [];
  for (let offset = 0; offset < value.length;) {
    const { tag, length, start } = readHeader(value, offset, false);
    if (tag !== ITEM) break;
    const explicitVr = hasExplicitVr(value.subarray(start), false);
    const isUndefined = length === UNDEFINED_LENGTH;
    offset = isUndefined ? skipUndefined(value, start, explicitVr) : start + length;
    if (offset > value.length) throw new MalformedDataSet('an item is longer than its sequence');
    items.push(readDataSet(value.subarray(start, isUndefined ? offset - DELIMITER_LENGTH : offset), explicitVr));
  }
  return items;
}

/** Returns the bytes of a data set. Elements are sorted by tag and padded to an even length. */
export function writeDataSet(elements: readonly Element[], explicitVr: boolean): Buffer {
  const parts: Buffer[] = [];
  for (const { tag, vr, value } of [...elements].sort((a, b) => a.tag - b.tag)) {
    const length = value.length + (value.length % 2);
    const isLong = explicitVr && LONG.has(vr);
    const start = isLong ? 12 : 8;
    const bytes = Buffer.alloc(start + length, vr === 'UI' ? 0 : 0x20);
    bytes.writeUInt16LE(Math.floor(tag / 0x10000), 0);
    bytes.writeUInt16LE(tag % 0x10000, 2);
    if (explicitVr) {
      bytes.write(vr, 4, 'latin1');
      if (isLong) bytes.writeUInt32LE(length, 8);
      bytes.writeUInt16LE(isLong ? 0 : length, 6);
    } else bytes.writeUInt32LE(length, 4);
    bytes.set(value, start);
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}
