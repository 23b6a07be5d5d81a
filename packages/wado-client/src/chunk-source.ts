/** Reports a body that ends too early. */
export class CutOffError extends Error {
  override readonly name = 'CutOffError';
}

/** Bytes that arrive in chunks. */
export interface ChunkSource {
  /** Returns the next chunk, which is never empty; `undefined` at the end. */
  next(): Promise<Buffer | undefined>;
}

/**
 * Returns the chunks of a body.
 *
 * @param length its announced length, if known. A shorter body is cut off.
 * @param errorOf returns the error to throw for what the body threw.
 */
export function chunksOf(
  body: AsyncIterable<Buffer>,
  length: number | undefined,
  errorOf: (error: unknown) => unknown,
): ChunkSource {
  const chunks = body[Symbol.asyncIterator]();
  let count = 0;
  let failure: { error: unknown } | undefined;
  return {
    async next() {
      if (failure) throw failure.error;
      try {
        for (;;) {
          const { value, done } = await chunks.next();
          if (done) break;
          count += value.length;
          if (value.length > 0) return value;
        }
        if (length === undefined || count >= length) return undefined;
        throw new CutOffError(`the answer has ${count} of ${length} announced bytes`);
      } catch (error) {
        failure = { error: errorOf(error) };
        throw failure.error;
      }
    },
  };
}
