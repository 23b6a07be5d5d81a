import type * as Codecs from 'dcmjs-codecs';
import { createRequire } from 'node:module';
import { deflateRawSync } from 'node:zlib';
import { EXPLICIT_VR_LITTLE_ENDIAN, part10, readPart10 } from './dicom-part10.js';

/** Transfer Syntax UIDs that {@link transcode} makes, by the names of PS3.6. */
export const transferSyntaxes = {
  implicitVrLittleEndian: '1.2.840.10008.1.2',
  explicitVrLittleEndian: EXPLICIT_VR_LITTLE_ENDIAN,
  deflatedExplicitVrLittleEndian: '1.2.840.10008.1.2.1.99',
  explicitVrBigEndian: '1.2.840.10008.1.2.2',
  jpegBaseline: '1.2.840.10008.1.2.4.50',
  jpegLossless: '1.2.840.10008.1.2.4.70',
  jpegLsLossless: '1.2.840.10008.1.2.4.80',
  jpegLsNearLossless: '1.2.840.10008.1.2.4.81',
  jpeg2000Lossless: '1.2.840.10008.1.2.4.90',
  jpeg2000: '1.2.840.10008.1.2.4.91',
  htJpeg2000Lossless: '1.2.840.10008.1.2.4.201',
  rleLossless: '1.2.840.10008.1.2.5',
} as const;

/**
 * Returns a Part 10 file in another transfer syntax.
 *
 * @param file in Explicit VR Little Endian
 * @param transferSyntaxUid one of {@link transferSyntaxes}. `jpegBaseline` needs 8 bits. The lossy ones change the pixels a little.
 */
export async function transcode(file: Buffer, transferSyntaxUid: string): Promise<Buffer> {
  if (transferSyntaxUid === transferSyntaxes.explicitVrLittleEndian) return file;
  if (transferSyntaxUid === transferSyntaxes.deflatedExplicitVrLittleEndian) {
    const { meta, dataset } = readPart10(file);
    return part10({ ...meta, transferSyntaxUid }, deflateRawSync(dataset));
  }
  const { NativeCodecs, Transcoder } = loadCodecs();
  initialised ??= NativeCodecs.initializeAsync();
  await initialised;
  const transcoder = new Transcoder(new Uint8Array(file).buffer);
  transcoder.transcode(transferSyntaxUid);
  // A lossy codec makes a new UID (PS3.3 C.12.1.1), by which no test would find its instance.
  Object.assign(transcoder.getElements(), { SOPInstanceUID: readPart10(file).meta.sopInstanceUid });
  return Buffer.from(transcoder.getDicomPart10());
}

// They are loaded when they are first needed, because that takes a tenth of a second.
let codecs: typeof Codecs | undefined;
let initialised: Promise<void> | undefined;

function loadCodecs(): typeof Codecs {
  return (codecs ??= createRequire(import.meta.url)('dcmjs-codecs') as typeof Codecs);
}
