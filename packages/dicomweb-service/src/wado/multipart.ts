import { randomBytes } from 'node:crypto';

/** A part of a multipart answer. */
export interface Part {
  /** Its Content-Type. */
  type: string;
  /** Its address, for Content-Location. */
  location?: string;
  /** Bytes. */
  length: number;
  content: AsyncIterable<Buffer>;
}

/** Returns a new boundary (RFC 2046 5.1.1). */
export function newBoundary(): string {
  return randomBytes(16).toString('hex');
}

/**
 * Writes parts as the content of a `multipart/related` answer (RFC 2387). If a part ends early, the closing boundary is missing,
 * so that a reader sees that the answer is short.
 */
export async function* multipart(parts: AsyncIterable<Part>, boundary: string): AsyncGenerator<Buffer> {
  let start = '';
  for await (const { type, location, length, content } of parts) {
    const head = [`${start}--${boundary}`, `Content-Type: ${type}`, `Content-Length: ${length}`];
    if (location !== undefined) head.push(`Content-Location: ${location}`);
    yield Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1');
    yield* content;
    start = '\r\n';
  }
  yield Buffer.from(`${start}--${boundary}--\r\n`, 'latin1');
}
