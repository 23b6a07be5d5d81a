import { once } from 'node:events';
import { type ServerResponse } from 'node:http';

/** A request that is refused, with its status code. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/dicom+json' }).end(JSON.stringify(body));
}

/** A part of a multipart response. */
export interface Part {
  type: string;
  location?: string;
  body: Buffer;
}

const BOUNDARY = 'pacs-connectors-demo';

/** Sends parts one after the other (RFC 2387), so that only one is in memory. */
export async function sendMultipart(response: ServerResponse, type: string, parts: AsyncIterable<Part>): Promise<void> {
  response.writeHead(200, { 'content-type': `multipart/related; type="${type}"; boundary=${BOUNDARY}` });
  for await (const { type: partType, location, body } of parts) {
    const header = [`--${BOUNDARY}`, `Content-Type: ${partType}`, `Content-Length: ${body.length}`];
    if (location) header.push(`Content-Location: ${location}`);
    response.write(`${header.join('\r\n')}\r\n\r\n`);
    response.write(body);
    if (!response.write('\r\n') && !response.destroyed)
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
    if (response.destroyed) return;
  }
  response.end(`--${BOUNDARY}--\r\n`);
}
