import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { acceptsGzip, matchesEtag } from '../http/negotiation.js';
import { sendBytes } from '../http/send-bytes.js';

const compress = promisify(gzip);

export const DICOM_JSON = 'application/dicom+json';

/** Sends DICOM JSON: with an entity tag, compressed if the client accepts that, and only if it has changed. */
export async function sendJson(request: FastifyRequest, reply: FastifyReply, json: unknown): Promise<void> {
  const body = Buffer.from(JSON.stringify(json));
  const zipped = acceptsGzip(request.headers);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}${zipped ? '-gzip' : ''}"`;
  reply.headers({ etag, vary: 'Accept, Accept-Encoding', 'cache-control': 'private, no-cache' }).type(DICOM_JSON);
  if (matchesEtag(request.headers['if-none-match'], etag)) {
    void reply.status(304).send();
    return;
  }
  if (zipped) reply.header('content-encoding', 'gzip');
  const content = zipped ? await compress(body) : body;
  void sendBytes(reply, [content], content.length);
}
