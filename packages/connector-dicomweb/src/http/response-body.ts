import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { JsonArrayReader, JsonFormatError } from '../json/json-array-reader.js';

/** Reports a body that is longer than the limit. */
export class TooLongError extends Error {
  override readonly name = 'TooLongError';
}

/** Headers as undici returns them. */
export type Headers = Record<string, string | string[] | undefined>;

/** Returns the first value of a header. */
export function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/**
 * Reads the results of an answer as they arrive.
 *
 * @param maxBytes the longest body, after decompression.
 * @throws JsonFormatError, TooLongError, or what the connection or zlib throws.
 */
export async function readResults(
  body: Readable,
  headers: Headers,
  maxBytes: number,
  onResult: (result: object) => void,
): Promise<void> {
  const type = header(headers, 'content-type')?.toLowerCase() ?? '';
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/.exec(type)?.[1];
  if (charset !== undefined && !['utf-8', 'utf8', 'us-ascii'].includes(charset)) {
    throw new JsonFormatError(`the JSON is in ${charset}; DICOM JSON is always in UTF-8 (PS3.18 F.2)`);
  }
  if (/\bhtml\b/.test(type)) throw new JsonFormatError('the answer is HTML, not JSON, for example a login page');
  if (/\bxml\b/.test(type)) throw new JsonFormatError('the answer is XML, although JSON was requested');
  if (header(headers, 'content-length') === '0') return;
  const reader = new JsonArrayReader(onResult);
  let length = 0;
  for await (const chunk of decoded(body, header(headers, 'content-encoding')) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new TooLongError(`the answer is longer than ${maxBytes >> 20} MiB`);
    reader.write(chunk);
  }
  reader.end();
}

function decoded(body: Readable, encoding = 'identity'): Readable {
  switch (encoding.trim().toLowerCase()) {
    case 'identity':
      return body;
    case 'gzip':
    case 'x-gzip':
      // An error of either side destroys both, and is thrown to the reader.
      return pipeline(body, createGunzip(), () => undefined);
    default:
      throw new JsonFormatError(`the answer has the content coding ${encoding}, which was not requested`);
  }
}
