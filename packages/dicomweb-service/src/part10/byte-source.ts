/** Bytes that can be read at any position, such as a file. */
export interface ByteSource {
  readonly length: number;
  /** Reads the bytes from `start` (inclusive) to `end` (exclusive). Both are within the source. */
  read(start: number, end: number): Promise<Buffer>;
}

/** Returns a buffer as a source. */
export function bufferSource(buffer: Buffer): ByteSource {
  return { length: buffer.length, read: (start, end) => Promise.resolve(buffer.subarray(start, end)) };
}

/** The largest piece that {@link bytesOf} yields. */
const PIECE = 256 * 1024;

/** Yields the bytes of a source in pieces, so that a slow reader holds little memory. */
export async function* bytesOf(source: ByteSource, start = 0, end = source.length): AsyncGenerator<Buffer> {
  for (let at = start; at < end; at += PIECE) yield await source.read(at, Math.min(end, at + PIECE));
}
