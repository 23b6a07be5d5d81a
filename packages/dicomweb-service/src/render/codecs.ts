import { createRequire } from 'node:module';
import type * as Codecs from 'dcmjs-codecs';
import { type ImageDescription } from '../part10/frames.js';
import { isNative } from '../part10/transfer-syntaxes.js';

// They are loaded when they are first needed, because that takes a tenth of a second.
let loaded: Promise<typeof Codecs> | undefined;

async function load(): Promise<typeof Codecs> {
  const codecs = createRequire(import.meta.url)('dcmjs-codecs') as typeof Codecs;
  codecs.log.setLevel('silent');
  await codecs.NativeCodecs.initializeAsync();
  return codecs;
}

/** Loads the codecs. */
export function codecs(): Promise<typeof Codecs> {
  return (loaded ??= load());
}

/** Thrown if a frame cannot be decoded. */
export class UndecodableFrame extends Error {
  override readonly name = 'UndecodableFrame';
}

/** A frame without compression, little endian. */
export interface DecodedFrame {
  pixels: Buffer;
  planar: boolean;
  photometricInterpretation: string;
}

type Decoder = 'decodeRle' | 'decodeJpeg' | 'decodeJpegLs' | 'decodeJpeg2000' | 'decodeHtJpeg2000' | 'decodeJpegXl';

const DECODERS: [pattern: RegExp, decoder: Decoder][] = [
  [/\.1\.2\.5$/, 'decodeRle'],
  [/\.4\.(50|51|57|70)$/, 'decodeJpeg'],
  [/\.4\.8[01]$/, 'decodeJpegLs'],
  [/\.4\.9[0-3]$/, 'decodeJpeg2000'],
  [/\.4\.20[1-3]$/, 'decodeHtJpeg2000'],
  [/\.4\.11[0-2]$/, 'decodeJpegXl'],
];

/** Returns whether {@link decodeFrame} decodes a transfer syntax. */
export function canDecode(transferSyntaxUid: string): boolean {
  return isNative(transferSyntaxUid) || DECODERS.some(([pattern]) => pattern.test(transferSyntaxUid));
}

/**
 * Decodes a frame.
 *
 * @param frame its bytes as they are stored; native ones in little endian
 * @throws UndecodableFrame
 */
export async function decodeFrame(
  frame: Buffer,
  transferSyntaxUid: string,
  image: ImageDescription,
): Promise<DecodedFrame> {
  const { planar, photometricInterpretation } = image;
  if (isNative(transferSyntaxUid)) return { pixels: frame, planar, photometricInterpretation };
  const name = DECODERS.find(([pattern]) => pattern.test(transferSyntaxUid))?.[1];
  if (!name) throw new UndecodableFrame(`the transfer syntax ${transferSyntaxUid} cannot be decoded`);
  const { Context, NativeCodecs } = await codecs();
  const context = new Context({
    width: image.columns,
    height: image.rows,
    bitsAllocated: image.bitsAllocated,
    bitsStored: image.bitsStored,
    samplesPerPixel: image.samplesPerPixel,
    pixelRepresentation: image.signed ? 1 : 0,
    planarConfiguration: planar ? 1 : 0,
    photometricInterpretation,
    encodedBuffer: frame,
  });
  try {
    const decoded = NativeCodecs[name](context, name === 'decodeJpeg' ? { convertColorspaceToRgb: true } : {});
    const pixels = decoded.getDecodedBuffer();
    const expected = (image.rows * image.columns * image.samplesPerPixel * image.bitsAllocated) / 8;
    if (!pixels || pixels.byteLength < expected) throw new UndecodableFrame('a frame has too few pixels');
    const isColour = image.samplesPerPixel === 3;
    return {
      // The codecs reuse their memory.
      pixels: Buffer.from(pixels.subarray(0, expected)),
      planar: decoded.getPlanarConfiguration() === 1,
      // RLE does not change colours; the others become RGB.
      photometricInterpretation: isColour && name !== 'decodeRle' ? 'RGB' : photometricInterpretation,
    };
  } catch (error) {
    if (error instanceof UndecodableFrame) throw error;
    throw new UndecodableFrame('a frame is damaged', { cause: error });
  }
}
