import { type Attributes, numberOf, textOf } from '../dicom/attributes.js';
import { attributesOf } from '../dicom/keywords.js';
import { transcode } from '../dicom/transcode.js';
import { EXPLICIT_VR_LITTLE_ENDIAN, JPEG_BASELINE } from '../dicom/transfer-syntaxes.js';
import { framesIn } from '../storage/conversion.js';
import { type StoredInstance } from '../storage/image-store.js';
import { HttpError } from './reply.js';

/** The largest size of a rendered image, in pixels. */
export interface Viewport {
  width: number;
  height: number;
}

/** Returns a frame of an image as JPEG, in the window that the image names. @throws HttpError if the image cannot be rendered */
export async function renderJpeg(instance: StoredInstance, viewport?: Viewport, frame = 1): Promise<Buffer> {
  const { frames } = await framesIn(instance, [EXPLICIT_VR_LITTLE_ENDIAN]);
  const bytes = frames[frame - 1];
  if (!bytes) throw new HttpError(404, `The instance has no frame ${frame} with pixels.`);
  const { attributes } = instance;
  const [rows, columns] = [numberOf(attributes, '00280010') ?? 0, numberOf(attributes, '00280011') ?? 0];
  const samples = numberOf(attributes, '00280002') ?? 1;
  const scale = viewport ? Math.min(1, viewport.width / columns, viewport.height / rows) : 1;
  const size = { rows: Math.max(1, Math.round(rows * scale)), columns: Math.max(1, Math.round(columns * scale)) };
  const value = samples === 1 ? grayReader(attributes, bytes) : (index: number) => bytes[index] ?? 0;
  const pixels = Buffer.alloc(size.rows * size.columns * samples);
  for (let y = 0; y < size.rows; y++) {
    for (let x = 0; x < size.columns; x++) {
      const from = Math.floor(y / scale) * columns + Math.floor(x / scale);
      for (let s = 0; s < samples; s++) pixels[(y * size.columns + x) * samples + s] = value(from * samples + s);
    }
  }
  const picture = attributesOf({
    Rows: size.rows,
    Columns: size.columns,
    SamplesPerPixel: samples,
    PhotometricInterpretation: samples === 1 ? 'MONOCHROME2' : 'RGB',
    PlanarConfiguration: samples === 1 ? undefined : 0,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
  });
  const image = { attributes: picture, pixelData: pixels, transferSyntaxUid: EXPLICIT_VR_LITTLE_ENDIAN };
  const { pixelData } = await transcode(image, JPEG_BASELINE);
  return (pixelData as Buffer[])[0] as Buffer;
}

/** Returns a function that reads a pixel as 0 to 255, by rescale and window (PS3.3 C.11.2.1.2). */
function grayReader(attributes: Attributes, bytes: Buffer): (index: number) => number {
  const wide = (numberOf(attributes, '00280100') ?? 8) > 8;
  const signed = numberOf(attributes, '00280103') === 1;
  const stored = (index: number) =>
    !wide ? (bytes[index] ?? 0) : signed ? bytes.readInt16LE(index * 2) : bytes.readUInt16LE(index * 2);
  const slope = numberOf(attributes, '00281053') ?? 1;
  const intercept = numberOf(attributes, '00281052') ?? 0;
  const bits = numberOf(attributes, '00280101') ?? 8;
  const width = numberOf(attributes, '00281051') ?? 2 ** bits * slope;
  const center = numberOf(attributes, '00281050') ?? (signed ? 0 : width / 2) + intercept;
  const inverted = textOf(attributes, '00280004') === 'MONOCHROME1';
  return (index) => {
    const gray = Math.max(0, Math.min(255, ((stored(index) * slope + intercept - center) / width + 0.5) * 255));
    return inverted ? 255 - gray : gray;
  };
}
