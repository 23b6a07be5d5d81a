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

const LEVEL = 1;
