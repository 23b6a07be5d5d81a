import { Readable } from 'node:stream';
import { type FastifyReply } from 'fastify';

/** A client that takes nothing for this long is given up, milliseconds. */
const STALLED_MS = 60_000;
/** So is one that takes this long altogether. */
const WHOLE_ANSWER_MS = 10 * 60_000;

/** Sends chunks as fast as the client takes them; one that does not take them holds their memory for a limited time. */
export function sendBytes(reply: FastifyReply, chunks: Buffer[], length: number): FastifyReply {
  const { raw, request } = reply;
  reply.header('content-length', length);
  // Fastify's own HEAD route throws the content away, keeping the headers.
  if (request.method === 'HEAD') return reply.send(Readable.from([]));
  const giveUp = () => raw.destroy();
  const timer = setTimeout(giveUp, WHOLE_ANSWER_MS);
  raw.setTimeout(STALLED_MS, giveUp);
  raw.once('close', () => clearTimeout(timer));
  return reply.send(Readable.from(chunks, { objectMode: false }));
}
