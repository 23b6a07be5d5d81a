import { type ByteSource } from './byte-source.js';
import { type Element, UnreadableFile } from './elements.js';
import { numberOf, type Part10, type PixelDataElement, textOf } from './read-part10.js';

/** What is needed to read the pixels of an image (PS3.3 C.7.6.3). */
export interface ImageDescription {
  rows: number;
  columns: number;
  samplesPerPixel: number;
  bitsAllocated: number;
  bitsStored: number;
  /** Signed pixels. */
  signed: boolean;
  /** Colours are in planes, not pixel by pixel. */
  planar: boolean;
  photometricInterpretation: string;
  frames: number;
}

/** Where the bytes of a frame are in the data set's source: one range, or several fragments. */
export type FrameRanges = readonly { start: number; end: number }[];

/** Returns the description of a file's image; `undefined` if the file has none. */
export function imageDescription(file: Part10): ImageDescription | undefined {
  if (!file.pixelData) return undefined;
  const [rows, columns] = [numberOf(file, '00280010'), numberOf(file, '00280011')];
  if (!rows || !columns) return undefined;
  const bitsAllocated = numberOf(file, '00280100') ?? 16;
  return {
    rows,
    columns,
    samplesPerPixel: numberOf(file, '00280002') ?? 1,
    bitsAllocated,
    bitsStored: numberOf(file, '00280101') ?? bitsAllocated,
    signed: numberOf(file, '00280103') === 1,
    planar: numberOf(file, '00280006') === 1,
    photometricInterpretation: textOf(file, '00280004') || 'MONOCHROME2',
    frames: Math.max(1, numberOf(file, '00280008') ?? 1),
  };
}

/**
 * Returns where each frame of an image is.
 *
 * @throws UnreadableFile if the file does not say where its frames begin
 */
export async function frameRanges(file: Part10, image: ImageDescription): Promise<FrameRanges[]> {
  const { pixelData } = file;
  if (!pixelData) return [];
  if (pixelData.length !== undefined) return nativeRanges(pixelData, pixelData.length, image);
  return encapsulatedRanges(file, pixelData, image.frames);
}

function nativeRanges({ offset }: PixelDataElement, length: number, image: ImageDescription): FrameRanges[] {
  const bits = image.rows * image.columns * image.samplesPerPixel * image.bitsAllocated;
  if (bits % 8 !== 0 && image.frames > 1)
    throw new UnreadableFile('its frames of single bits do not begin at whole bytes');
  // YBR_FULL_422 has two colours for two pixels (PS3.3 C.7.6.3.1.2).
  const isHalved = image.photometricInterpretation === 'YBR_FULL_422' && image.samplesPerPixel === 3;
  const size = Math.ceil(isHalved ? (bits * 2) / 24 : bits / 8);
  return Array.from({ length: image.frames }, (_, at) => {
    const start = offset + at * size;
    if (start + size > offset + length) throw new UnreadableFile(`Pixel Data ends before frame ${at + 1}`);
    return [{ start, end: start + size }];
  });
}

async function encapsulatedRanges(file: Part10, { offset }: PixelDataElement, frames: number): Promise<FrameRanges[]> {
  const { source } = file;
  const table = await item(source, offset);
  if (!table) throw new UnreadableFile('its encapsulated Pixel Data has no offset table');
  const fragments: { start: number; end: number }[] = [];
  for (let at = table.end; ;) {
    const fragment = await item(source, at);
    if (!fragment) break;
    fragments.push(fragment);
    at = fragment.end;
  }
  if (frames === 1) return [fragments];
  if (fragments.length === frames) return fragments.map((fragment) => [fragment]);
  const offsets = extendedOffsets(file.elements) ?? basicOffsets(await source.read(table.start, table.end), frames);
  if (offsets?.length !== frames)
    throw new UnreadableFile('its fragments cannot be told apart by frame: the offset table is missing');
  const starts = offsets.map((one) => table.end + 8 + one);
  return starts.map((start, at) => {
    const next = starts[at + 1] ?? Number.POSITIVE_INFINITY;
    return fragments.filter((fragment) => fragment.start >= start && fragment.start < next);
  });
}

/** Reads the item at `at`: where its value is; `undefined` at the sequence delimiter. */
async function item(source: ByteSource, at: number): Promise<{ start: number; end: number } | undefined> {
  if (at + 8 > source.length) throw new UnreadableFile('it is cut off in its Pixel Data');
  const head = await source.read(at, at + 8);
  const tag = head.readUInt32LE(0);
  if (tag === 0xe0ddfffe) return undefined;
  if (tag !== 0xe000fffe) throw new UnreadableFile('its Pixel Data contains something else than fragments');
  const end = at + 8 + head.readUInt32LE(4);
  if (end > source.length) throw new UnreadableFile('it is cut off in its Pixel Data');
  return { start: at + 8, end };
}

function basicOffsets(table: Buffer, frames: number): number[] | undefined {
  if (table.length !== frames * 4) return undefined;
  return Array.from({ length: frames }, (_, at) => table.readUInt32LE(at * 4));
}

/** Extended Offset Table (7FE0,0001). */
function extendedOffsets(elements: readonly Element[]): number[] | undefined {
  const value = elements.find(({ tag }) => tag === '7FE00001')?.value;
  if (!value?.length) return undefined;
  return Array.from({ length: Math.floor(value.length / 8) }, (_, at) => Number(value.readBigUInt64LE(at * 8)));
}

/** Reads the bytes of a frame. */
export async function readFrame(source: ByteSource, ranges: FrameRanges): Promise<Buffer> {
  const parts = await Promise.all(ranges.map(({ start, end }) => source.read(start, end)));
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
