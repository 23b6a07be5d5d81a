import { Writable } from 'node:stream';
import dimse from 'dcmjs-dimse';
import { textOf } from '../dicom/attributes.js';
import { tagOf } from '../dicom/dictionary.js';
import { EXPLICIT_VR_LITTLE_ENDIAN, isEncapsulated } from '../dicom/transfer-syntaxes.js';
import { writeImage } from '../dicom/write.js';
import { readInstance, type StoredInstance } from '../storage/image-store.js';
import { attributesAt } from '../storage/levels.js';

dimse.log.setLevel('silent', false);

export { default as dimse } from 'dcmjs-dimse';

/** A data set in its bytes. */
export class EncodedDataSet extends dimse.Dataset {
  constructor(
    readonly bytes: Buffer,
    transferSyntaxUid: string,
  ) {
    super({}, transferSyntaxUid);
  }

  override getDenaturalizedDataset(): Buffer {
    return this.bytes;
  }
}

/** A stored instance. The library asks for its elements only to convert it to another transfer syntax. */
export class StoredDataSet extends EncodedDataSet {
  constructor(private readonly instance: StoredInstance) {
    super(readInstance(instance).dataSet, instance.transferSyntaxUid);
  }

  override getElement(keyword: string): string | undefined {
    return textOf(this.instance.attributes, tagOf(keyword));
  }

  /** In UTF-8, since the library does not read several character sets in one data set. */
  override getElements(): Record<string, unknown> {
    const { pixelData } = readInstance(this.instance);
    const frames = Buffer.isBuffer(pixelData) ? pixelData : pixelData?.slice(1);
    const bytes = writeImage(attributesAt('IMAGE', this.instance.attributes), frames);
    const isCompressed = isEncapsulated(this.getTransferSyntaxUid());
    return new dimse.Dataset(
      bytes,
      isCompressed ? this.getTransferSyntaxUid() : EXPLICIT_VR_LITTLE_ENDIAN,
    ).getElements();
  }
}

/** Collects the bytes of a C-STORE. It is never full, since the library does not wait for it in the right order. */
export class ByteCollector extends Writable {
  private readonly chunks: Buffer[] = [];

  constructor() {
    super({ highWaterMark: Number.MAX_SAFE_INTEGER });
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    done();
  }
}
