import { type Element, LARGE } from '../part10/elements.js';
import { frameRanges, imageDescription, readFrame } from '../part10/frames.js';
import { littleEndian } from '../json/dicom-json.js';
import { type Part10, textOf } from '../part10/read-part10.js';
import { TransferSyntax } from '../part10/transfer-syntaxes.js';
import { type DecodedFrame, decodeFrame } from './codecs.js';

const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const SWAPPED: Record<string, number> = { US: 2, SS: 2, UL: 4, SL: 4, FL: 4, AT: 2, FD: 8, UV: 8, SV: 8 };

/**
 * Returns a file in Explicit VR Little Endian. Compressed frames are decoded; every other element keeps its bytes.
 *
 * @throws UnreadableFile, UndecodableFrame
 */
export async function explicitLittleEndian(file: Part10): Promise<Buffer> {
  const { pixels, decoded } = await pixelsOf(file);
  const replaced = new Map<string, Buffer>();
  if (decoded) {
    replaced.set('00280004', padded(decoded.photometricInterpretation));
    const planar = Buffer.alloc(2);
    planar.writeUInt16LE(decoded.planar ? 1 : 0);
    replaced.set('00280006', planar);
  }
  const parts: Buffer[] = [Buffer.alloc(128), Buffer.from('DICM'), meta(file)];
  for (const element of file.elements) {
    // Group lengths would be wrong, and so would the tables of offsets.
    if (element.tag.endsWith('0000') || element.tag === '7FE00001' || element.tag === '7FE00002') continue;
    const value = replaced.get(element.tag);
    if (value) parts.push(head(element.tag, element.vr, value.length), value);
    else if (!element.items && !element.value && element.length > LARGE) {
      const large = await file.source.read(element.offset, element.offset + element.length);
      const bytes = littleEndian(large, element.vr, file.encoding);
      parts.push(head(element.tag, element.vr, bytes.length), bytes);
    } else parts.push(written(element, file));
  }
  if (file.pixelData && pixels) {
    const { tag, vr } = file.pixelData;
    const isWide = decoded ? (imageDescription(file)?.bitsAllocated ?? 8) > 8 : vr === 'OW';
    const even = pixels.length % 2 === 0 ? pixels : Buffer.concat([pixels, Buffer.alloc(1)]);
    parts.push(head(tag, tag === '7FE00010' ? (isWide ? 'OW' : 'OB') : vr, even.length), even);
  }
  return Buffer.concat(parts);
}

async function pixelsOf(file: Part10): Promise<{ pixels?: Buffer; decoded?: DecodedFrame }> {
  const { pixelData, source, transferSyntaxUid, encoding } = file;
  if (!pixelData) return {};
  if (pixelData.length !== undefined) {
    const pixels = await source.read(pixelData.offset, pixelData.offset + pixelData.length);
    return { pixels: littleEndian(pixels, pixelData.vr, encoding) };
  }
  const image = imageDescription(file);
  if (!image) return {};
  const frames: DecodedFrame[] = [];
  for (const ranges of await frameRanges(file, image))
    frames.push(await decodeFrame(await readFrame(source, ranges), transferSyntaxUid, image));
  return { pixels: Buffer.concat(frames.map(({ pixels }) => pixels)), decoded: frames[0] };
}

/** Returns the File Meta Information (PS3.10 7.1). */
function meta(file: Part10): Buffer {
  const version = Buffer.from([0, 1]);
  const elements: [string, string, Buffer][] = [
    ['00020001', 'OB', version],
    ['00020002', 'UI', padded(textOf(file, '00080016'), '\0')],
    ['00020003', 'UI', padded(textOf(file, '00080018'), '\0')],
    ['00020010', 'UI', padded(TransferSyntax.explicitLittleEndian, '\0')],
    ['00020012', 'UI', padded('2.25.281263894022133374204811493022147014403', '\0')],
  ];
  const content = Buffer.concat(elements.flatMap(([tag, vr, value]) => [head(tag, vr, value.length), value]));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length);
  return Buffer.concat([head('00020000', 'UL', 4), length, content]);
}

function padded(text: string, padding = ' '): Buffer {
  return Buffer.from(text.length % 2 === 0 ? text : text + padding, 'latin1');
}

function written(element: Element, file: Part10): Buffer {
  const { tag, vr, value = Buffer.alloc(0), items } = element;
  if (items) {
    const content = Buffer.concat(items.map((item) => itemOf(item, file)));
    return Buffer.concat([head(tag, 'SQ', content.length), content]);
  }
  const unit = file.encoding.bigEndian ? SWAPPED[vr] : undefined;
  const bytes = unit ? swapped(value, unit) : littleEndian(value, vr, file.encoding);
  // A short VR has no room for more, and a reader of Implicit VR had more.
  const fits = LONG.has(vr) || bytes.length < 0x10000;
  return Buffer.concat([head(tag, fits ? vr : 'UN', bytes.length), bytes]);
}

function itemOf(elements: readonly Element[], file: Part10): Buffer {
  const content = Buffer.concat(
    elements.filter(({ tag }) => !tag.endsWith('0000')).map((element) => written(element, file)),
  );
  const start = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
  start.writeUInt32LE(content.length, 4);
  return Buffer.concat([start, content]);
}

function swapped(value: Buffer, unit: number): Buffer {
  if (value.length % unit !== 0) return value;
  const copy = Buffer.from(value);
  return unit === 2 ? copy.swap16() : unit === 4 ? copy.swap32() : copy.swap64();
}

function head(tag: string, vr: string, length: number): Buffer {
  const bytes = Buffer.alloc(LONG.has(vr) ? 12 : 8);
  bytes.writeUInt16LE(Number.parseInt(tag.slice(0, 4), 16), 0);
  bytes.writeUInt16LE(Number.parseInt(tag.slice(4), 16), 2);
  bytes.write(vr, 4, 'latin1');
  if (LONG.has(vr)) bytes.writeUInt32LE(length, 8);
  else bytes.writeUInt16LE(length, 6);
  return bytes;
}
