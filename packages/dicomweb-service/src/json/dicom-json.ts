import { type DecodeValue, textDecoder } from '@pacs-connectors/connector-core';
import { type Element, type Encoding } from '../part10/elements.js';
import { type Part10, text } from '../part10/read-part10.js';

/** An attribute of DICOM JSON (PS3.18 F.2). */
export interface JsonAttribute {
  vr: string;
  Value?: unknown[];
  InlineBinary?: string;
  BulkDataURI?: string;
}

/** A data set as DICOM JSON. */
export type JsonDataSet = Record<string, JsonAttribute>;

export interface DicomJsonOptions {
  /**
   * Returns the address of a value that is not in the JSON.
   *
   * @param path the tag, or `tag.item.tag` within a sequence. The first item is 1.
   */
  bulkDataUri(path: string): string;
}

/** A longer binary value is not in the JSON, bytes. */
const INLINE_LIMIT = 1024;
const NAMES = new Set(['PN']);
/** Text in the Specific Character Set (PS3.5 6.1.2.3), with several values or one. */
const EXTENSIBLE = new Set(['SH', 'LO', 'UC', 'PN']);
const SINGLE = new Set(['ST', 'LT', 'UT']);
const BINARY = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN']);

/** Returns the data set of a file as DICOM JSON. Pixel Data and large binary values are addresses. */
export function dicomJson(file: Part10, options: DicomJsonOptions): JsonDataSet {
  const json = jsonOf(file.elements, { ...options, encoding: file.encoding, decode: textDecoder(''), path: '' });
  if (file.pixelData) {
    const { tag, vr } = file.pixelData;
    json[tag] = { vr, BulkDataURI: options.bulkDataUri(tag) };
  }
  return json;
}

interface Context extends DicomJsonOptions {
  encoding: Encoding;
  decode: DecodeValue;
  path: string;
}

function jsonOf(elements: readonly Element[], context: Context): JsonDataSet {
  const json: JsonDataSet = {};
  const declared = elements.find(({ tag }) => tag === '00080005');
  const own = declared ? { ...context, decode: textDecoder(text(declared)) } : context;
  for (const element of elements) {
    const { tag } = element;
    // Group lengths are not in DICOM JSON, and neither are the tables of offsets in Pixel Data.
    if (tag.endsWith('0000') || tag === '7FE00001' || tag === '7FE00002' || tag === 'FFFCFFFC') continue;
    // JSON is UTF-8.
    json[tag] = tag === '00080005' ? { vr: 'CS', Value: ['ISO_IR 192'] } : attributeOf(element, own);
  }
  return json;
}

function attributeOf({ tag, vr, length, value, items }: Element, context: Context): JsonAttribute {
  const path = context.path + tag;
  if (items) {
    const Value = items.map((item, at) => jsonOf(item, { ...context, path: `${path}.${at + 1}.` }));
    return Value.length > 0 ? { vr: 'SQ', Value } : { vr: 'SQ' };
  }
  if (length === 0) return { vr };
  if (BINARY.has(vr)) {
    if (!value || length > INLINE_LIMIT) return { vr, BulkDataURI: context.bulkDataUri(path) };
    return { vr, InlineBinary: littleEndian(value, vr, context.encoding).toString('base64') };
  }
  const Value = valuesOf(vr, value ?? Buffer.alloc(0), context);
  return Value.some((one) => one !== null) ? { vr, Value } : { vr };
}

const UNITS: Record<string, number> = { OW: 2, OF: 4, OL: 4, OD: 8, OV: 8 };

/** Returns a binary value in little endian, which DICOM JSON and bulk data use. */
export function littleEndian(value: Buffer, vr: string, { bigEndian }: Encoding): Buffer {
  const unit = UNITS[vr];
  if (!bigEndian || !unit || value.length % unit !== 0) return value;
  const copy = Buffer.from(value);
  return unit === 2 ? copy.swap16() : unit === 4 ? copy.swap32() : copy.swap64();
}

function valuesOf(vr: string, value: Buffer, { encoding, decode }: Context): unknown[] {
  const read = NUMBERS[vr];
  if (read) {
    const numbers: unknown[] = [];
    for (let at = 0; at + read.size <= value.length; at += read.size)
      numbers.push(read.value(value, at, encoding.bigEndian));
    return numbers;
  }
  if (SINGLE.has(vr)) return [emptyIsNull(decode(value, false).replace(/[ \0]+$/, ''))];
  const isText = EXTENSIBLE.has(vr);
  const whole = isText ? decode(value, NAMES.has(vr)) : value.toString('latin1');
  if (vr === 'UR') return [emptyIsNull(whole.replace(/[ \0]+$/, ''))];
  return whole.split('\\').map((part) => {
    const one = part.replace(/^[ \0]+|[ \0]+$/g, '');
    if (one === '') return null;
    if (vr === 'PN') return personName(one);
    return vr === 'IS' || vr === 'DS' ? numberOrText(one) : one;
  });
}

function emptyIsNull(value: string): string | null {
  return value === '' ? null : value;
}

/** A number that JavaScript cannot read stays a text (PS3.18 F.2.3 allows both). */
function numberOrText(value: string): number | string {
  const number = Number(value);
  return Number.isFinite(number) ? number : value;
}

const GROUPS = ['Alphabetic', 'Ideographic', 'Phonetic'] as const;

/** Returns a PN as DICOM JSON writes it (PS3.18 F.2.2). */
export function personName(value: string): Partial<Record<(typeof GROUPS)[number], string>> {
  const groups = value.split('=');
  return Object.fromEntries(
    GROUPS.map((name, at) => [name, (groups[at] ?? '').trim()]).filter(([, group]) => group !== ''),
  );
}

interface NumberReader {
  size: number;
  value(bytes: Buffer, at: number, bigEndian: boolean): unknown;
}

const NUMBERS: Record<string, NumberReader | undefined> = {
  US: { size: 2, value: (bytes, at, big) => (big ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at)) },
  SS: { size: 2, value: (bytes, at, big) => (big ? bytes.readInt16BE(at) : bytes.readInt16LE(at)) },
  UL: { size: 4, value: (bytes, at, big) => (big ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) },
  SL: { size: 4, value: (bytes, at, big) => (big ? bytes.readInt32BE(at) : bytes.readInt32LE(at)) },
  FL: { size: 4, value: (bytes, at, big) => float(big ? bytes.readFloatBE(at) : bytes.readFloatLE(at)) },
  FD: { size: 8, value: (bytes, at, big) => float(big ? bytes.readDoubleBE(at) : bytes.readDoubleLE(at)) },
  UV: { size: 8, value: (bytes, at, big) => long(big ? bytes.readBigUInt64BE(at) : bytes.readBigUInt64LE(at)) },
  SV: { size: 8, value: (bytes, at, big) => long(big ? bytes.readBigInt64BE(at) : bytes.readBigInt64LE(at)) },
  AT: {
    size: 4,
    value: (bytes, at, big) =>
      [at, at + 2]
        .map((offset) => (big ? bytes.readUInt16BE(offset) : bytes.readUInt16LE(offset)))
        .map((half) => half.toString(16).toUpperCase().padStart(4, '0'))
        .join(''),
  },
};

/** JSON has no numbers for these (PS3.18 F.2.3). */
function float(value: number): number | string {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'inf' : '-inf';
}

function long(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
