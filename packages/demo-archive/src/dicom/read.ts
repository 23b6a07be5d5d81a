import { inflateRawSync } from 'node:zlib';
import { type Attribute, type Attributes, nameOf } from './attributes.js';
import { decoderOf } from './character-sets.js';
import { vrOf } from './dictionary.js';
import { DEFLATED, EXPLICIT_VR_BIG_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN } from './transfer-syntaxes.js';

/** What a DICOM file contains. */
export interface DicomFile {
  transferSyntaxUid: string;
  /** The data set without pixel data. */
  attributes: Attributes;
  /** The bytes of the data set, as they are in the file. */
  dataSet: Buffer;
  /** Native pixel data in one buffer, or the fragments with the Basic Offset Table first. */
  pixelData?: Buffer | Buffer[];
}

const LONG = /^(O[BDFLVW]|SQ|U[CNRTV]|SV)$/;
const UNDEFINED_LENGTH = 0xffffffff;
const TEXTS = /^(LO|LT|PN|SH|ST|UC|UT)$/;
/** Binary values of more bytes are left out of the attributes. */
const LONGEST_BINARY = 4_096;

/** Reads a DICOM file of any transfer syntax. @throws Error if the bytes are not one */
export function readPart10(file: Buffer): DicomFile {
  if (file.toString('latin1', 128, 132) !== 'DICM')
    throw new Error('It is not a DICOM file (PS3.10): it has no prefix DICM.');
  const meta = new DataSetReader(file, 132, false, true);
  const metaAttributes = meta.readUntil((tag) => !tag.startsWith('0002'));
  const transferSyntaxUid = String(metaAttributes['00020010']?.Value?.[0] ?? IMPLICIT_VR_LITTLE_ENDIAN);
  return readDataSet(file.subarray(meta.offset), transferSyntaxUid);
}

/** Reads the data set of a file or of a DIMSE message. */
export function readDataSet(dataSet: Buffer, transferSyntaxUid: string): DicomFile {
  const bytes = transferSyntaxUid === DEFLATED ? inflateRawSync(dataSet) : dataSet;
  const implicit = transferSyntaxUid === IMPLICIT_VR_LITTLE_ENDIAN;
  const reader = new DataSetReader(bytes, 0, implicit, transferSyntaxUid !== EXPLICIT_VR_BIG_ENDIAN);
  const attributes = reader.readUntil(() => false);
  return { transferSyntaxUid, attributes, dataSet, ...(reader.pixelData ? { pixelData: reader.pixelData } : {}) };
}

class DataSetReader {
  pixelData?: Buffer | Buffer[];
  private decode = decoderOf([]);

  constructor(
    private readonly bytes: Buffer,
    public offset: number,
    private readonly implicit: boolean,
    private readonly little: boolean,
  ) {}

  /** Reads attributes until `ends` says so, the bytes end, or an item delimiter has been read. */
  readUntil(ends: (tag: string) => boolean, end = this.bytes.length): Attributes {
    const attributes: Attributes = {};
    while (this.offset + 8 <= end) {
      const start = this.offset;
      const tag = this.tag();
      if (ends(tag)) {
        this.offset = start;
        break;
      }
      if (tag === 'FFFEE00D' || tag === 'FFFEE0DD') {
        this.offset += 4;
        break;
      }
      const { vr, length } = this.representation(tag);
      const attribute = this.value(tag, vr, length);
      if (attribute) attributes[tag] = attribute;
      if (tag === '00080005') this.decode = decoderOf((attribute?.Value ?? []).map(String));
    }
    return attributes;
  }

  private uint16(offset = this.offset): number {
    return this.little ? this.bytes.readUInt16LE(offset) : this.bytes.readUInt16BE(offset);
  }

  private uint32(offset = this.offset): number {
    return this.little ? this.bytes.readUInt32LE(offset) : this.bytes.readUInt32BE(offset);
  }

  private tag(): string {
    const number = this.uint16() * 0x10000 + this.uint16(this.offset + 2);
    this.offset += 4;
    return number.toString(16).toUpperCase().padStart(8, '0');
  }

  private length(): number {
    const length = this.uint32();
    this.offset += 4;
    return length;
  }

  private representation(tag: string): { vr: string; length: number } {
    if (this.implicit) return { vr: vrOf(tag), length: this.length() };
    const vr = this.bytes.toString('latin1', this.offset, this.offset + 2);
    if (LONG.test(vr)) {
      this.offset += 4;
      return { vr, length: this.length() };
    }
    const length = this.uint16(this.offset + 2);
    this.offset += 4;
    return { vr, length };
  }

  private value(tag: string, vr: string, length: number): Attribute | undefined {
    if (tag === '7FE00010') {
      this.pixelData = length === UNDEFINED_LENGTH ? this.fragments() : this.take(length);
      return undefined;
    }
    if (vr === 'SQ' || (vr === 'UN' && length === UNDEFINED_LENGTH)) return { vr: 'SQ', Value: this.items(length) };
    const bytes = this.take(length);
    // Group lengths are retired, and wrong as soon as a value changes.
    if (tag.endsWith('0000')) return undefined;
    if (length === 0) return { vr };
    const values = this.values(vr, bytes);
    if (values) return values.length > 0 ? { vr, Value: values } : { vr };
    return length > LONGEST_BINARY ? undefined : { vr, InlineBinary: bytes.toString('base64') };
  }

  private take(length: number): Buffer {
    const bytes = this.bytes.subarray(this.offset, this.offset + length);
    if (bytes.length < length) throw new Error('It ends in the middle of a value.');
    this.offset += length;
    return bytes;
  }

  private items(length: number): Attributes[] {
    const end = length === UNDEFINED_LENGTH ? this.bytes.length : this.offset + length;
    const items: Attributes[] = [];
    while (this.offset + 8 <= end) {
      const tag = this.tag();
      const itemLength = this.length();
      if (tag !== 'FFFEE000') break;
      const itemEnd = itemLength === UNDEFINED_LENGTH ? end : this.offset + itemLength;
      items.push(this.readUntil(() => false, itemEnd));
    }
    return items;
  }

  private fragments(): Buffer[] {
    const fragments: Buffer[] = [];
    while (this.offset + 8 <= this.bytes.length) {
      const tag = this.tag();
      const length = this.length();
      if (tag !== 'FFFEE000') break;
      fragments.push(this.take(length));
    }
    return fragments;
  }

  /** Returns the values; undefined for binary ones. */
  private values(vr: string, bytes: Buffer): unknown[] | undefined {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const all = (size: number, read: (offset: number) => unknown) =>
      Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => read(index * size));
    switch (vr) {
      case 'US':
        return all(2, (offset) => view.getUint16(offset, this.little));
      case 'SS':
        return all(2, (offset) => view.getInt16(offset, this.little));
      case 'UL':
        return all(4, (offset) => view.getUint32(offset, this.little));
      case 'SL':
        return all(4, (offset) => view.getInt32(offset, this.little));
      case 'FL':
        return all(4, (offset) => view.getFloat32(offset, this.little));
      case 'FD':
        return all(8, (offset) => view.getFloat64(offset, this.little));
      case 'AT':
        return all(4, (offset) =>
          [0, 2]
            .map((part) =>
              view
                .getUint16(offset + part, this.little)
                .toString(16)
                .padStart(4, '0'),
            )
            .join('')
            .toUpperCase(),
        );
    }
    if (/^(O|UN|SV|UV)/.test(vr)) return undefined;
    return this.texts(vr, bytes);
  }

  private texts(vr: string, bytes: Buffer): unknown[] {
    const text = TEXTS.test(vr) ? this.decode(bytes) : bytes.toString('latin1');
    if (/^(LT|ST|UT|UR)$/.test(vr)) return [text.replace(/[ \0]+$/, '')];
    const texts = text.split('\\').map((one) => one.replace(/^[ \0]+|[ \0]+$/g, ''));
    if (texts.every((one) => one === '')) return [];
    if (vr === 'PN') return texts.map(nameOf);
    // A number that is not one stays text, rather than becoming null.
    if (vr === 'DS' || vr === 'IS')
      return texts.map((one) => (one === '' ? null : Number.isFinite(Number(one)) ? Number(one) : one));
    return texts;
  }
}
