import { createRequire } from 'node:module';
import { type Attributes, numberOf, textOf } from './attributes.js';
import { attributesOf } from './keywords.js';
import { isEncapsulated } from './transfer-syntaxes.js';
import { type PixelData } from './write.js';

interface Elements extends Record<string, unknown> {
  PhotometricInterpretation?: string;
  PlanarConfiguration?: number;
  PixelData: ArrayBuffer[];
}
interface Codecs {
  NativeCodecs: { initializeAsync(): Promise<void> };
  Transcoder: new (
    elements: Elements,
    transferSyntaxUid: string,
  ) => {
    transcode(transferSyntaxUid: string): void;
    getElements(): Elements;
  };
}

/** An image: its attributes, and its pixels in a transfer syntax. */
export interface EncodedImage {
  attributes: Attributes;
  pixelData: PixelData;
  transferSyntaxUid: string;
}

let loading: Promise<Codecs> | undefined;

async function loadCodecs(): Promise<Codecs> {
  const codecs = createRequire(import.meta.url)('dcmjs-codecs') as Codecs;
  await codecs.NativeCodecs.initializeAsync();
  return codecs;
}

/** Converts an image to another transfer syntax, by the codecs of dcmjs-codecs. @throws Error if it has none for one of the two */
export async function transcode(image: EncodedImage, transferSyntaxUid: string): Promise<EncodedImage> {
  const { Transcoder } = await (loading ??= loadCodecs());
  const { attributes, pixelData } = image;
  const number = (tag: string) => numberOf(attributes, tag);
  const fragments = Buffer.isBuffer(pixelData) ? [pixelData] : pixelData;
  const planar = number('00280006');
  const elements: Elements = {
    Rows: number('00280010'),
    Columns: number('00280011'),
    NumberOfFrames: number('00280008') ?? 1,
    SamplesPerPixel: number('00280002') ?? 1,
    PhotometricInterpretation: textOf(attributes, '00280004') ?? 'MONOCHROME2',
    BitsAllocated: number('00280100'),
    BitsStored: number('00280101'),
    HighBit: number('00280102'),
    PixelRepresentation: number('00280103') ?? 0,
    ...(planar === undefined ? {} : { PlanarConfiguration: planar }),
    PixelData: fragments.map((bytes) => new Uint8Array(bytes).buffer),
  };
  const transcoder = new Transcoder(elements, image.transferSyntaxUid);
  transcoder.transcode(transferSyntaxUid);
  const result = transcoder.getElements();
  const buffers = result.PixelData.map((bytes) => Buffer.from(bytes));
  const isColour = (number('00280002') ?? 1) > 1;
  return {
    attributes: {
      ...attributes,
      ...attributesOf({
        PhotometricInterpretation: result.PhotometricInterpretation,
        PlanarConfiguration: isColour ? (result.PlanarConfiguration ?? 0) : undefined,
      }),
    },
    pixelData: isEncapsulated(transferSyntaxUid) ? buffers : Buffer.concat(buffers),
    transferSyntaxUid,
  };
}
