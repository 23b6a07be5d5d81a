import { Readable } from 'node:stream';
import { type FastifyReply } from 'fastify';

/** Limits for a client, milliseconds: `stalledMs` without reading a byte, `wholeMs` for the whole answer. */
const TIMEOUTS = { stalledMs: 60_000, wholeMs: 10 * 60_000 };

/** Sends chunks as fast as the client reads them. A client that reads too slowly is disconnected, which frees their memory. */
export function sendBytes(
  reply: FastifyReply,
  chunks: Buffer[] | AsyncIterable<Buffer>,
  length: number,
  { stalledMs, wholeMs } = TIMEOUTS,
): FastifyReply {
  const { raw, request } = reply;
  reply.header('content-length', length);
  // Fastify's HEAD route keeps the headers and drops the content.
  if (request.method === 'HEAD') return reply.send(Readable.from([]));
  const disconnect = () => raw.destroy();
  const timer = setTimeout(disconnect, wholeMs);
  raw.setTimeout(stalledMs, disconnect);
  raw.once('close', () => clearTimeout(timer));
  // A stream around a single chunk costs as much as sending it.
  const single = Array.isArray(chunks) && chunks.length === 1;
  return reply.send(single ? chunks[0] : Readable.from(chunks, { objectMode: false }));
}
