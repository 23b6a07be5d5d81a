import { bytesOf, type ByteSource } from '@pacs-connectors/dicomweb-service';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { matchesEtag } from '../http/negotiation.js';
import { sendBytes } from '../http/send-bytes.js';

/** Sends bytes with an entity tag: all of them, or the range that the client requests (RFC 9110 14). */
export function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { file, type, etag }: { file: ByteSource; type: string; etag: string },
): void {
  const tag = `"${etag}"`;
  reply
    .headers({ etag: tag, vary: 'Accept', 'accept-ranges': 'bytes', 'cache-control': 'private, no-cache' })
    .type(type);
  if (matchesEtag(request.headers['if-none-match'], tag)) {
    void reply.status(304).send();
    return;
  }
  const range = rangeOf(request, file.length, tag);
  if (range === 'unsatisfiable') {
    void reply.status(416).header('content-range', `bytes */${file.length}`).removeHeader('content-type').send();
    return;
  }
  const { start, end } = range ?? { start: 0, end: file.length };
  if (range) reply.status(206).header('content-range', `bytes ${start}-${end - 1}/${file.length}`);
  void sendBytes(reply, bytesOf(file, start, end), end - start);
}

/** Returns the requested range; `undefined` for all bytes. Several ranges are answered by all bytes, as the standard allows. */
function rangeOf(
  { headers }: FastifyRequest,
  length: number,
  etag: string,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const condition = headers['if-range'];
  const match = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '');
  if (!match || (condition !== undefined && condition !== etag)) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, length - Number(last)) : Number(first);
  const end = first === '' || last === '' ? length : Math.min(length, Number(last) + 1);
  return start < end ? { start, end } : 'unsatisfiable';
}
