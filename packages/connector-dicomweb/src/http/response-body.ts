import { Readable } from 'node:stream';
import { decoded, header, type Headers } from '@pacs-connectors/wado-client';
import { EmptyBodyError, JsonArrayReader, JsonFormatError } from '../json/json-array-reader.js';

/** Reports a body that is longer than the limit. */
export class TooLongError extends Error {
  override readonly name = 'TooLongError';
}

/** Bodies by which servers say that nothing was found, besides `[]`. */
const NOTHING = ['null', '{}'];

/**
 * Reads the results of an answer as they arrive. Empty results (`[{}]`) are ignored: some servers mean by them that nothing was found.
 *
 * @param limits `maxResponseBytes`: the longest body, after decompression.
 * @returns the number of unreadable results.
 * @throws EmptyBodyError if the body is empty, though its length was not announced as 0.
 * @throws JsonFormatError, TooLongError, or what the connection or zlib throws.
 */
export async function readResults(
  body: Readable,
  headers: Headers,
  limits: { maxResponseBytes: number; maxResults: number },
  onResult: (result: object) => void,
): Promise<number> {
  const { maxResponseBytes: maxBytes, maxResults } = limits;
  const { first, rest } = await firstPiece(body);
  if (!first) {
    if (header(headers, 'content-length') === '0') return 0;
    throw new EmptyBodyError('the body is empty');
  }
  const encoding = header(headers, 'content-encoding');
  const plain = decoded(rest, encoding);
  if (!plain) throw new JsonFormatError(`the answer has the content coding ${encoding}, which was not requested`);
  const content = await firstPiece(plain);
  if (!content.first) throw new EmptyBodyError('the body is empty');
  if (NOTHING.includes(content.first.toString('latin1').trim())) return 0;
  const type = header(headers, 'content-type')?.toLowerCase() ?? '';
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/.exec(type)?.[1];
  if (charset !== undefined && !['utf-8', 'utf8', 'us-ascii'].includes(charset)) {
    throw new JsonFormatError(`the JSON is in ${charset}; DICOM JSON is always in UTF-8 (PS3.18 F.2)`);
  }
  if (/\bhtml\b/.test(type)) throw new JsonFormatError('the answer is HTML, not JSON, for example a login page');
  if (/\bxml\b/.test(type)) throw new JsonFormatError('the answer is XML, although JSON was requested');
  let count = 0;
  const reader = new JsonArrayReader((result) => {
    if (++count > maxResults) throw new TooLongError(`the answer has more than ${maxResults} results`);
    if (Object.keys(result).length > 0) onResult(result);
  });
  let length = 0;
  for await (const chunk of content.rest as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new TooLongError(`the answer is longer than ${maxBytes >> 20} MiB`);
    reader.write(chunk);
  }
  reader.end();
  return reader.skipped;
}

/** Returns the first piece of a body that is not blank, and a stream of the body from there on. */
async function firstPiece(body: Readable): Promise<{ first?: Buffer; rest: Readable }> {
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  for (;;) {
    const { value, done } = await pieces.next();
    if (done || !value) return { rest: body };
    if (!value.toString('latin1').trim()) continue;
    return { first: value, rest: Readable.from(remaining(value, pieces), { objectMode: false }) };
  }
}

async function* remaining(first: Buffer, pieces: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield first;
    for (;;) {
      const { value, done } = await pieces.next();
      if (done) return;
      yield value;
    }
  } finally {
    await pieces.return?.();
  }
}
