import { type Attributes } from '../dicom/attributes.js';

/** Values by keyword of PS3.6. */
export type Keywords = Record<string, string | number | readonly (string | number | Attributes)[]>;

/** An image before it becomes an instance. */
export interface SampleImage {
  keywords: Keywords;
  pixels: Int16Array | Uint8Array;
}

/** A series of images that are drawn one by one. */
export interface ImageSeries {
  modality: string;
  sopClassUid: string;
  /** Attributes of every image. */
  keywords: Keywords;
  count: number;
  /** Whether positions of images are in the study's frame of reference. */
  hasFrameOfReference: boolean;
  /** Draws image `index`, counted from 0, with these lines in its corner. */
  draw(index: number, lines: readonly string[]): SampleImage;
}

/** Attributes of the Image Pixel module (PS3.3 C.7.6.3). */
export function grayscale(rows: number, columns: number, bitsStored: 8 | 12): Keywords {
  return {
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: rows,
    Columns: columns,
    BitsAllocated: bitsStored === 8 ? 8 : 16,
    BitsStored: bitsStored,
    HighBit: bitsStored - 1,
    PixelRepresentation: 0,
  };
}
