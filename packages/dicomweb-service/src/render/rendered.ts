import { type FrameRanges, type ImageDescription, frameRanges, imageDescription, readFrame } from '../part10/frames.js';
import { littleEndian } from '../json/dicom-json.js';
import { numberOf, type Part10 } from '../part10/read-part10.js';
import { codecs, type DecodedFrame, decodeFrame, UndecodableFrame } from './codecs.js';

export interface RenderOptions {
  /** The first is 1. */
  frame: number;
  /** Window of the VOI LUT (PS3.18 8.3.5.1.4); by default that of the file, or the range of all pixels. */
  window?: { center: number; width: number };
  /** The rendered image fits into this size, pixels; by default it has the size of the frame. */
  viewport?: { width: number; height: number };
  /** JPEG quality, 1 to 100; default: 90. */
  quality?: number;
}

/** An 8-bit image: `samples` is 1 (grey) or 3 (RGB), pixel by pixel. */
interface Picture {
  width: number;
  height: number;
  samples: 1 | 3;
  pixels: Uint8Array;
}

/**
 * Returns a frame as JPEG, windowed for the display.
 *
 * @returns `undefined` if the file has no image, or not so many frames
 * @throws UnreadableFile, UndecodableFrame
 */
export async function renderedJpeg(file: Part10, options: RenderOptions): Promise<Buffer | undefined> {
  const image = imageDescription(file);
  if (!image || options.frame > image.frames) return undefined;
  const ranges: FrameRanges | undefined = (await frameRanges(file, image))[options.frame - 1];
  if (!ranges) return undefined;
  let bytes = await readFrame(file.source, ranges);
  if (file.pixelData?.length !== undefined && image.bitsAllocated > 8) bytes = littleEndian(bytes, 'OW', file.encoding);
  const frame = await decodeFrame(bytes, file.transferSyntaxUid, image);
  const picture = scaled(pictureOf(file, image, frame, options), options.viewport);
  const { Context, NativeCodecs } = await codecs();
  const context = new Context({
    width: picture.width,
    height: picture.height,
    bitsAllocated: 8,
    bitsStored: 8,
    samplesPerPixel: picture.samples,
    pixelRepresentation: 0,
    planarConfiguration: 0,
    photometricInterpretation: picture.samples === 1 ? 'MONOCHROME2' : 'RGB',
    decodedBuffer: picture.pixels,
  });
  const encoded = NativeCodecs.encodeJpeg(context, { lossy: true, quality: options.quality ?? 90 }).getEncodedBuffer();
  if (!encoded) throw new UndecodableFrame('the frame cannot be written as JPEG');
  return Buffer.from(encoded);
}

function pictureOf(
  file: Part10,
  image: ImageDescription,
  { pixels, planar, photometricInterpretation }: DecodedFrame,
  { window }: RenderOptions,
): Picture {
  const { columns: width, rows: height, samplesPerPixel } = image;
  const count = width * height;
  if (samplesPerPixel === 3 && image.bitsAllocated === 8) {
    const rgb = planar ? interleaved(pixels, count) : new Uint8Array(pixels);
    if (photometricInterpretation.startsWith('YBR_FULL') && rgb.length >= count * 3) toRgb(rgb);
    return { width, height, samples: 3, pixels: rgb.subarray(0, count * 3) };
  }
  if (samplesPerPixel !== 1) throw new UndecodableFrame(`images of ${samplesPerPixel} colours are not rendered`);
  const values = storedValues(pixels, image, count);
  if (photometricInterpretation === 'PALETTE COLOR')
    return { width, height, samples: 3, pixels: coloured(file, values) };
  const grey = windowed(file, values, window);
  if (photometricInterpretation === 'MONOCHROME1') for (let at = 0; at < count; at++) grey[at] = 255 - grey[at]!;
  return { width, height, samples: 1, pixels: grey };
}

/** Returns the stored values of a grey frame, without the bits above Bits Stored. */
function storedValues(
  pixels: Buffer,
  { bitsAllocated, bitsStored, signed }: ImageDescription,
  count: number,
): Int32Array {
  const values = new Int32Array(count);
  const shift = 32 - bitsStored;
  for (let at = 0; at < count; at++) {
    const raw =
      bitsAllocated === 1
        ? (pixels[at >> 3]! >> (at & 7)) & 1
        : bitsAllocated === 8
          ? pixels[at]!
          : bitsAllocated === 16
            ? pixels.readUInt16LE(at * 2)
            : pixels.readInt32LE(at * 4);
    values[at] = shift === 0 ? raw : signed ? (raw << shift) >> shift : raw & (2 ** bitsStored - 1);
  }
  return values;
}

/** Applies Rescale Slope and Intercept, and the linear VOI window (PS3.3 C.11.2.1.2). */
function windowed(file: Part10, values: Int32Array, wanted: RenderOptions['window']): Uint8Array {
  const slope = numberOf(file, '00281053') ?? 1;
  const intercept = numberOf(file, '00281052') ?? 0;
  const { center, width } = wanted ?? windowOf(file) ?? fullRange(values, slope, intercept);
  const grey = new Uint8Array(values.length);
  const span = Math.max(width, 1);
  const low = center - 0.5 - (span - 1) / 2;
  const high = center - 0.5 + (span - 1) / 2;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]! * slope + intercept;
    grey[at] = value <= low ? 0 : value > high ? 255 : Math.round(((value - (center - 0.5)) / (span - 1) + 0.5) * 255);
  }
  return grey;
}

function windowOf(file: Part10): RenderOptions['window'] {
  const [center, width] = [numberOf(file, '00281050'), numberOf(file, '00281051')];
  return center === undefined || width === undefined || width < 1 ? undefined : { center, width };
}

function fullRange(values: Int32Array, slope: number, intercept: number): { center: number; width: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const [a, b] = [low * slope + intercept, high * slope + intercept];
  return { center: (a + b) / 2 + 0.5, width: Math.abs(b - a) + 1 };
}

function coloured(file: Part10, values: Int32Array): Uint8Array {
  const tables = ['1', '2', '3'].map((number) => paletteOf(file, number));
  const rgb = new Uint8Array(values.length * 3);
  for (const [channel, { first, entries }] of tables.entries())
    for (let at = 0; at < values.length; at++)
      rgb[at * 3 + channel] = entries[Math.min(Math.max(values[at]! - first, 0), entries.length - 1)]!;
  return rgb;
}

/** Reads the lookup table of one colour (PS3.3 C.7.6.3.1.5, 1.6). */
function paletteOf({ elements, encoding }: Part10, number: string): { first: number; entries: Uint8Array } {
  const descriptor = elements.find(({ tag }) => tag === `0028110${number}`)?.value;
  const data = elements.find(({ tag }) => tag === `0028120${number}`)?.value;
  if (!descriptor || descriptor.length < 6 || !data) throw new UndecodableFrame('its palette is missing');
  const u16 = (bytes: Buffer, at: number) => (encoding.bigEndian ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at));
  const size = u16(descriptor, 0) || 0x10000;
  const wide = data.length >= size * 2;
  const entries = Uint8Array.from({ length: Math.min(size, wide ? data.length >> 1 : data.length) }, (_, at) =>
    wide ? u16(data, at * 2) >> 8 : data[at]!,
  );
  // Eight bits in words of sixteen.
  if (wide && u16(descriptor, 4) === 8) for (const at of entries.keys()) entries[at] = u16(data, at * 2) & 0xff;
  return { first: u16(descriptor, 2), entries };
}

function interleaved(planes: Buffer, count: number): Uint8Array {
  const rgb = new Uint8Array(count * 3);
  for (let channel = 0; channel < 3; channel++)
    for (let at = 0; at < count; at++) rgb[at * 3 + channel] = planes[channel * count + at]!;
  return rgb;
}

/** Converts YBR_FULL to RGB in place (PS3.3 C.7.6.3.1.2). */
function toRgb(pixels: Uint8Array): void {
  const clamp = (value: number) => Math.min(255, Math.max(0, Math.round(value)));
  for (let at = 0; at + 2 < pixels.length; at += 3) {
    const [y, cb, cr] = [pixels[at]!, pixels[at + 1]! - 128, pixels[at + 2]! - 128];
    pixels[at] = clamp(y + 1.402 * cr);
    pixels[at + 1] = clamp(y - 0.344136 * cb - 0.714136 * cr);
    pixels[at + 2] = clamp(y + 1.772 * cb);
  }
}

/** Scales a picture to fit into the viewport, with its aspect ratio. A pixel is the mean of those that it covers. */
function scaled(picture: Picture, viewport: RenderOptions['viewport']): Picture {
  if (!viewport) return picture;
  const factor = Math.min(viewport.width / picture.width, viewport.height / picture.height);
  const width = Math.max(1, Math.round(picture.width * factor));
  const height = Math.max(1, Math.round(picture.height * factor));
  if (width === picture.width && height === picture.height) return picture;
  const { samples } = picture;
  const pixels = new Uint8Array(width * height * samples);
  const edges = (size: number, from: number) =>
    Array.from({ length: size }, (_, at) => {
      const start = Math.floor((at * from) / size);
      return { start, end: Math.max(start + 1, Math.floor(((at + 1) * from) / size)) };
    });
  const [across, down] = [edges(width, picture.width), edges(height, picture.height)];
  for (const [y, rows] of down.entries())
    for (const [x, columns] of across.entries())
      for (let sample = 0; sample < samples; sample++) {
        let sum = 0;
        for (let row = rows.start; row < rows.end; row++)
          for (let column = columns.start; column < columns.end; column++)
            sum += picture.pixels[(row * picture.width + column) * samples + sample]!;
        const area = (rows.end - rows.start) * (columns.end - columns.start);
        pixels[(y * width + x) * samples + sample] = Math.round(sum / area);
      }
  return { width, height, samples, pixels };
}
