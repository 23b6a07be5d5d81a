import { Readable } from 'node:stream';
import { type FastifyReply } from 'fastify';

/** How long a client may take, milliseconds: nothing at all for `stalledMs`, the whole answer for `wholeMs`. */
const PATIENCE = { stalledMs: 60_000, wholeMs: 10 * 60_000 };

/** Sends chunks as fast as the client takes them; one that does not take them holds their memory for a limited time. */
export function sendBytes(
  reply: FastifyReply,
  chunks: Buffer[] | AsyncIterable<Buffer>,
  length: number,
  { stalledMs, wholeMs } = PATIENCE,
): FastifyReply {
  const { raw, request } = reply;
  reply.header('content-length', length);
  // Fastify's own HEAD route throws the content away, keeping the headers.
  if (request.method === 'HEAD') return reply.send(Readable.from([]));
  const giveUp = () => raw.destroy();
  const timer = setTimeout(giveUp, wholeMs);
  raw.setTimeout(stalledMs, giveUp);
  raw.once('close', () => clearTimeout(timer));
  // A stream around a single piece costs as much as sending it.
  const single = Array.isArray(chunks) && chunks.length === 1;
  return reply.send(single ? chunks[0] : Readable.from(chunks, { objectMode: false }));
}
