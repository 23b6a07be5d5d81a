import { transcode } from '../dicom/transcode.js';
import { writePart10 } from '../dicom/write.js';
import { readInstance, type StoredInstance } from './image-store.js';
import { attributesAt } from './levels.js';

/**
 * Returns the file of an instance in one of these transfer syntaxes: as it is stored if that is among them or `*` is, otherwise
 * converted to the first.
 *
 * @throws Error if there is no codec for one of the two
 */
export async function fileIn(instance: StoredInstance, transferSyntaxes: readonly string[]): Promise<Buffer> {
  const { bytes, pixelData } = readInstance(instance);
  const [wanted] = transferSyntaxes;
  if (!wanted || ['*', instance.transferSyntaxUid].some((one) => transferSyntaxes.includes(one))) return bytes;
  const attributes = attributesAt('IMAGE', instance.attributes);
  if (!pixelData) return writePart10(attributes, wanted);
  const converted = await transcode({ ...instance, attributes, pixelData: withoutTable(pixelData) }, wanted);
  return writePart10(converted.attributes, wanted, converted.pixelData);
}

/** Returns the frames of an instance in one of these transfer syntaxes, as {@link fileIn} chooses it. */
export async function framesIn(
  instance: StoredInstance,
  transferSyntaxes: readonly string[],
): Promise<{ frames: Buffer[]; transferSyntaxUid: string }> {
  const { attributes } = instance;
  const { pixelData } = readInstance(instance);
  if (!pixelData) return { frames: [], transferSyntaxUid: instance.transferSyntaxUid };
  const stored = { attributes, transferSyntaxUid: instance.transferSyntaxUid, pixelData: withoutTable(pixelData) };
  const [wanted] = transferSyntaxes;
  const isWanted = !wanted || ['*', instance.transferSyntaxUid].some((one) => transferSyntaxes.includes(one));
  // The syntaxes without compression differ in the order of bytes alone, which the codec changes.
  const image = isWanted ? stored : await transcode(stored, wanted);
  const count = Number(attributes['00280008']?.Value?.[0] ?? 1);
  return { frames: framesOf(image.pixelData, count), transferSyntaxUid: image.transferSyntaxUid };
}

/** Returns fragments without the Basic Offset Table. */
function withoutTable(pixelData: Buffer | Buffer[]): Buffer | Buffer[] {
  return Buffer.isBuffer(pixelData) ? pixelData : pixelData.slice(1);
}

function framesOf(pixelData: Buffer | Buffer[], count: number): Buffer[] {
  if (Buffer.isBuffer(pixelData)) {
    const size = Math.floor(pixelData.length / count);
    return Array.from({ length: count }, (_, index) => pixelData.subarray(index * size, (index + 1) * size));
  }
  if (count === 1) return [Buffer.concat(pixelData)];
  return pixelData;
}
