import { Readable } from 'node:stream';
import { Logger } from '@nestjs/common';
import { ConnectorError } from '@pacs-connectors/connector-core';
import { multipart, newBoundary, type Part } from '@pacs-connectors/dicomweb-service';
import { type FastifyReply } from 'fastify';
import { codes } from '../errors/error-codes.js';
import { coded } from '../logging/coded-message.js';
import { describeUnexpected } from '../logging/describe-unexpected.js';

const logger = new Logger('Gateway');

/** How long a client may read nothing, milliseconds. */
const STALLED_MS = 60_000;

/**
 * Sends parts as `multipart/related`, as fast as the client reads them. The first part decides about the status, so it is awaited
 * before the head is sent. A failure after that ends the connection without the closing boundary.
 *
 * @param type media type of the parts, for the parameter `type`
 * @throws what the first part throws
 */
export async function sendMultipart(
  reply: FastifyReply,
  parts: AsyncIterable<Part>,
  type: string,
  signal: AbortSignal,
): Promise<void> {
  const iterator = parts[Symbol.asyncIterator]();
  const first = await iterator.next();
  const boundary = newBoundary();
  reply
    .headers({ vary: 'Accept', 'cache-control': 'private, no-cache' })
    .type(`multipart/related; type="${type}"; boundary=${boundary}`);
  const { raw, request } = reply;
  if (request.method === 'HEAD') {
    await iterator.return?.();
    void reply.send(Readable.from([]));
    return;
  }
  raw.setTimeout(STALLED_MS, () => raw.destroy());
  const content = multipart(startingWith(first, iterator), boundary);
  void reply.send(Readable.from(logged(content, signal), { objectMode: false, highWaterMark: 256 * 1024 }));
}

async function* startingWith(first: IteratorResult<Part>, rest: AsyncIterator<Part>): AsyncGenerator<Part> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** Logs why an answer ends early. The stream that reads it destroys the connection then. */
async function* logged(content: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* content;
  } catch (error) {
    if (!signal.aborted) {
      const isKnown = error instanceof ConnectorError;
      const why = isKnown ? `archive ${error.connectorId}: ${error.kind}` : describeUnexpected(error);
      const code = isKnown ? error.code : codes['server.gateway.retrieval-failed'];
      logger.warn(coded(`an answer with images ended early: ${why}`, code));
    }
    throw error;
  }
}
