import { createHash } from 'node:crypto';
import { element } from './dicom-part10.js';

/** The image of an instance: a smooth pattern that depends on the SOP Instance UID and on the frame. */
export interface FileImage {
  /** Default: 16. */
  rows?: number;
  /** Default: 16. */
  columns?: number;
  /** Number of Frames (0028,0008). Left out, the image has one frame and no such element. */
  frames?: number;
  /** Bits Stored (0028,0101). Default: 16, and 8 for RGB. JPEG Baseline needs 8. */
  bitsStored?: 8 | 12 | 16;
  /** Default: `MONOCHROME2`. */
  photometricInterpretation?: 'MONOCHROME2' | 'RGB';
  /** Window Center (0028,1050) and Window Width (0028,1051), such as `['40', '400']`. Left out, the file has none. */
  window?: readonly [center: string, width: string];
}

interface Instance {
  sopInstanceUid: string;
  image?: FileImage;
}

/** Returns the elements of the Image Pixel module (PS3.3 C.7.6.3) in Explicit VR Little Endian, ordered by tag. */
export function imageElements(instance: Instance): Buffer[] {
  const { rows, columns, frames, samples, bitsStored, photometricInterpretation, window } = withDefaults(
    instance.image,
  );
  const bytes = bitsStored === 8 ? 1 : 2;
  const text = (number: number, vr: string, value: string) => element(0x0028, number, vr, Buffer.from(value));
  const short = (number: number, value: number) =>
    element(0x0028, number, 'US', Buffer.from([value & 0xff, value >> 8]));
  return [
    short(0x0002, samples),
    text(0x0004, 'CS', photometricInterpretation),
    ...(samples > 1 ? [short(0x0006, 0)] : []),
    ...(frames === undefined ? [] : [text(0x0008, 'IS', String(frames))]),
    short(0x0010, rows),
    short(0x0011, columns),
    short(0x0100, 8 * bytes),
    short(0x0101, bitsStored),
    short(0x0102, bitsStored - 1),
    short(0x0103, 0),
    ...(window === undefined ? [] : [text(0x1050, 'DS', window[0]), text(0x1051, 'DS', window[1])]),
    element(0x7fe0, 0x0010, bytes === 1 ? 'OB' : 'OW', Buffer.concat(framesOf(instance))),
  ];
}

/** Returns the uncompressed frames of an instance as {@link imageElements} writes them, to compare decoded pixels with. */
export function framesOf({ sopInstanceUid, image }: Instance): Buffer[] {
  const { frames = 1, ...size } = withDefaults(image);
  return Array.from({ length: frames }, (_, frame) =>
    pixels(frame === 0 ? sopInstanceUid : `${sopInstanceUid}/${frame}`, size),
  );
}

function withDefaults(image: FileImage = {}) {
  const { rows = 16, columns = 16, photometricInterpretation = 'MONOCHROME2', frames, window } = image;
  const rgb = photometricInterpretation === 'RGB';
  const { bitsStored = rgb ? 8 : 16 } = image;
  return { rows, columns, photometricInterpretation, frames, window, bitsStored, samples: rgb ? 3 : 1 };
}

interface Size {
  rows: number;
  columns: number;
  samples: number;
  bitsStored: number;
}

/** Returns waves whose direction and phase depend on `name`: lossy codecs keep them nearly, and two images always differ. */
function pixels(name: string, { rows, columns, samples, bitsStored }: Size): Buffer {
  const seed = createHash('sha256').update(name).digest();
  const half = (2 ** bitsStored - 1) / 2;
  const bytes = bitsStored === 8 ? 1 : 2;
  const frame = Buffer.alloc(rows * columns * samples * bytes);
  let offset = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let sample = 0; sample < samples; sample++) {
        const phase = seed[sample]! / 40;
        const angle = phase + (row * (1 + seed[3]! / 64)) / rows + (column * (1 + seed[4]! / 64)) / columns;
        offset = frame.writeUIntLE(Math.round(half + half * Math.sin(2 * Math.PI * angle)), offset, bytes);
      }
    }
  }
  return frame;
}
