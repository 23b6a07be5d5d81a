import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Headers as undici returns them. */
export type Headers = Record<string, string | string[] | undefined>;

/** Returns the first value of a header. */
export function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Returns the first 16 KiB of a body that says why a request is refused; empty if it cannot be read. */
export async function beginning(body: Readable): Promise<string> {
  let text = '';
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      text += chunk.toString('latin1');
      if (text.length >= 16_384) break;
    }
  } catch {
    // The status alone says enough.
  }
  return text;
}

/** Returns a body without its content coding; `undefined` if the coding was not requested. */
export function decoded(body: Readable, encoding = 'identity'): Readable | undefined {
  switch (encoding.trim().toLowerCase()) {
    case 'identity':
      return body;
    case 'gzip':
    case 'x-gzip':
      // An error of either side destroys both, and is thrown to the reader.
      return pipeline(body, createGunzip(), () => undefined);
    default:
      return undefined;
  }
}
