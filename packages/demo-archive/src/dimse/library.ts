import { Writable } from 'node:stream';
import dimse from 'dcmjs-dimse';

dimse.log.setLevel('silent', false);

export { default as dimse } from 'dcmjs-dimse';

/** A data set in its bytes. The library parses it only if it has to convert it to another transfer syntax. */
export class EncodedDataSet extends dimse.Dataset {
  constructor(
    readonly bytes: Buffer,
    transferSyntaxUid: string,
    private readonly known: { SOPClassUID?: string; SOPInstanceUID?: string } = {},
  ) {
    super({}, transferSyntaxUid);
  }

  override getElement(keyword: string): string | undefined {
    return (this.known as Record<string, string | undefined>)[keyword] ?? super.getElement(keyword);
  }

  override getElements(): Record<string, unknown> {
    return new dimse.Dataset(this.bytes, this.getTransferSyntaxUid()).getElements();
  }

  override getDenaturalizedDataset(): Buffer {
    return this.bytes;
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
