import { type Attribute, type Attributes, nameText, type PersonName, textsOf } from './attributes.js';
import { encoderOf } from './character-sets.js';
import { EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN } from './transfer-syntaxes.js';

/** Pixel data: the bytes of all frames, or a fragment for each frame. */
export type PixelData = Buffer | Buffer[];

const LONG = new Set(['OB', 'OW', 'OF', 'OD', 'OL', 'OV', 'SQ', 'UC', 'UN', 'UR', 'UT', 'SV', 'UV']);
const TEXTS = new Set(['LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT']);
const IMPLEMENTATION_CLASS_UID = '2.25.142388606682979734443363120399999999999';
const PREAMBLE = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]);

/** Returns a DICOM file (PS3.10) in explicit VR little endian, with its pixel data compressed if it has fragments. */
export function writePart10(attributes: Attributes, transferSyntaxUid: string, pixelData?: PixelData): Buffer {
  const sopClassUid = textsOf(attributes, '00080016')[0] ?? '';
  const sopInstanceUid = textsOf(attributes, '00080018')[0] ?? '';
  const meta = fileMeta(sopClassUid, sopInstanceUid, transferSyntaxUid);
  return Buffer.concat([meta, ...imageParts(attributes, pixelData)]);
}

/** Returns a data set with its pixel data in explicit VR little endian. */
export function writeImage(attributes: Attributes, pixelData?: PixelData): Buffer {
  return Buffer.concat(imageParts(attributes, pixelData));
}

function imageParts(attributes: Attributes, pixelData?: PixelData): Buffer[] {
  return [writeDataSet(attributes), ...(pixelData ? writePixelData(attributes, pixelData) : [])];
}

/** Returns preamble, prefix and File Meta Information; a data set follows them in a file. */
export function fileMeta(sopClassUid: string, sopInstanceUid: string, transferSyntaxUid: string): Buffer {
  const meta = writeDataSet({
    '00020001': { vr: 'OB', InlineBinary: 'AAE=' },
    '00020002': { vr: 'UI', Value: [sopClassUid] },
    '00020003': { vr: 'UI', Value: [sopInstanceUid] },
    '00020010': { vr: 'UI', Value: [transferSyntaxUid] },
    '00020012': { vr: 'UI', Value: [IMPLEMENTATION_CLASS_UID] },
    '00020013': { vr: 'SH', Value: ['PACS_CONNECTORS'] },
  });
  return Buffer.concat([PREAMBLE, writeDataSet({ '00020000': { vr: 'UL', Value: [meta.length] } }), meta]);
}

/** Returns attributes as an encoded data set, in the order of their tags. */
export function writeDataSet(attributes: Attributes, transferSyntaxUid = EXPLICIT_VR_LITTLE_ENDIAN): Buffer {
  const encode = encoderOf(textsOf(attributes, '00080005'));
  return writeItem(attributes, encode, transferSyntaxUid === IMPLICIT_VR_LITTLE_ENDIAN);
}

function writeItem(attributes: Attributes, encode: (text: string) => Buffer, implicit: boolean): Buffer {
  const parts = Object.keys(attributes)
    .sort()
    .flatMap((tag) => {
      const attribute = attributes[tag] as Attribute;
      const value = valueOf(attribute, encode, implicit);
      return [header(tag, attribute.vr, value.length, implicit), value];
    });
  return Buffer.concat(parts);
}

function header(tag: string, vr: string, length: number, implicit = false): Buffer {
  const isLong = !implicit && LONG.has(vr);
  const bytes = Buffer.alloc(isLong ? 12 : 8);
  bytes.writeUInt16LE(parseInt(tag.slice(0, 4), 16), 0);
  bytes.writeUInt16LE(parseInt(tag.slice(4), 16), 2);
  if (implicit) {
    bytes.writeUInt32LE(length, 4);
    return bytes;
  }
  bytes.write(vr, 4, 'latin1');
  if (isLong) bytes.writeUInt32LE(length, 8);
  else bytes.writeUInt16LE(length, 6);
  return bytes;
}

function valueOf(
  { vr, Value = [], InlineBinary }: Attribute,
  encode: (text: string) => Buffer,
  implicit: boolean,
): Buffer {
  if (InlineBinary !== undefined) return padded(Buffer.from(InlineBinary, 'base64'), 0);
  if (vr === 'SQ') return Buffer.concat(Value.flatMap((item) => sequenceItem(item as Attributes, encode, implicit)));
  const numbers = NUMBERS[vr];
  if (numbers) {
    const bytes = Buffer.alloc(Value.length * numbers.size);
    Value.forEach((value, index) => numbers.write(bytes, value as number, index * numbers.size));
    return bytes;
  }
  const texts = Value.map((value) => (vr === 'PN' ? nameText((value ?? {}) as PersonName) : String(value ?? '')));
  if (!TEXTS.has(vr)) return padded(Buffer.from(texts.join('\\'), 'latin1'), vr === 'UI' ? 0 : 0x20);
  // Each component group and each value begins in the first character set again.
  const pieces = vr === 'PN' ? texts.join('\\').split(/([\\=^])/) : [texts.join('\\')];
  return padded(Buffer.concat(pieces.map(encode)), 0x20);
}

const NUMBERS: Record<string, { size: number; write(bytes: Buffer, value: number, offset: number): void } | undefined> =
  {
    US: { size: 2, write: (bytes, value, offset) => bytes.writeUInt16LE(value, offset) },
    SS: { size: 2, write: (bytes, value, offset) => bytes.writeInt16LE(value, offset) },
    UL: { size: 4, write: (bytes, value, offset) => bytes.writeUInt32LE(value, offset) },
    SL: { size: 4, write: (bytes, value, offset) => bytes.writeInt32LE(value, offset) },
    FL: { size: 4, write: (bytes, value, offset) => bytes.writeFloatLE(value, offset) },
    FD: { size: 8, write: (bytes, value, offset) => bytes.writeDoubleLE(value, offset) },
    AT: {
      size: 4,
      write: (bytes, value, offset) => {
        const tag = parseInt(String(value), 16);
        bytes.writeUInt16LE(tag >>> 16, offset);
        bytes.writeUInt16LE(tag & 0xffff, offset + 2);
      },
    },
  };

function sequenceItem(item: Attributes, encode: (text: string) => Buffer, implicit: boolean): Buffer[] {
  const content = writeItem(item, encode, implicit);
  return [header('FFFEE000', '', content.length, true), content];
}

function padded(bytes: Buffer, padding: number): Buffer {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.of(padding)]);
}

function writePixelData(attributes: Attributes, pixelData: PixelData): Buffer[] {
  if (Buffer.isBuffer(pixelData)) {
    const vr = attributes['00280100']?.Value?.[0] === 8 ? 'OB' : 'OW';
    return [header('7FE00010', vr, pixelData.length + (pixelData.length % 2)), padded(pixelData, 0)];
  }
  const items = pixelData.flatMap((fragment) => {
    const bytes = padded(fragment, 0);
    return [header('FFFEE000', '', bytes.length, true), bytes];
  });
  // An empty Basic Offset Table: each frame is one fragment.
  const table = header('FFFEE000', '', 0, true);
  return [header('7FE00010', 'OB', 0xffffffff), table, ...items, header('FFFEE0DD', '', 0, true)];
}
