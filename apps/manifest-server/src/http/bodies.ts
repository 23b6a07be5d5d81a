import { isUtf8 } from 'node:buffer';
import { getHeapStatistics } from 'node:v8';
import { BodyBudget } from './body-budget.js';
import { type FastifyInstance } from 'fastify';
import { plainProblem, ProblemError } from './problem.js';

/** Smaller bodies are read at once, bytes. */
const SMALL = 64 * 1024;

/** The media type of forms. */
export const FORM = 'application/x-www-form-urlencoded';

/**
 * Sets how bodies reach controllers: a form as its text, so that its escapes are checked like those of URLs; XML as bytes; JSON
 * as a value, by Fastify. A body with a Content-Encoding is refused, because it would be read without decoding it.
 *
 * @param xmlLimit largest XML body, bytes
 */
export function readBodies(fastify: FastifyInstance, xmlLimit: number): void {
  fastify.addHook('preParsing', ({ headers }, _reply, _payload, done) => {
    const encoding = headers['content-encoding'] ?? 'identity';
    const hasBody = 'content-length' in headers || 'transfer-encoding' in headers;
    done(hasBody && !/^identity$/i.test(encoding) ? encoded(encoding) : null);
  });
  // Reading an upload takes several times its size: as bytes, as a text and as what was found in it.
  const budget = new BodyBudget(getHeapStatistics().heap_size_limit / 12);
  fastify.addHook('preParsing', async ({ headers }, reply) => {
    const isChunked = 'transfer-encoding' in headers;
    const size = isChunked ? xmlLimit : Number(headers['content-length'] ?? 0);
    if (size <= SMALL) return;
    const give = await budget.take(Math.min(size, xmlLimit));
    reply.raw.once('close', give);
    if (reply.raw.destroyed) give();
  });
  fastify.addContentTypeParser(FORM, { parseAs: 'buffer' }, (_request, body: Buffer, done) =>
    isUtf8(body) ? done(null, body.toString('utf8')) : done(notUtf8()),
  );
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (isUtf8(body)) void parseJson(request, body.toString('utf8'), done);
    else done(notUtf8());
  });
  fastify.addContentTypeParser(
    ['application/xml', 'text/xml'],
    { parseAs: 'buffer', bodyLimit: xmlLimit },
    (_request, body, done) => done(null, body),
  );
}

/** Returns the problem of a body whose bytes would become other identifiers: each wrong one would be read as U+FFFD. */
function notUtf8(): ProblemError {
  return new ProblemError(
    plainProblem(400, 'The body contains bytes that are not UTF-8. Send it as UTF-8.', 'server.request.malformed'),
  );
}

/** Returns the problem of an encoded body, with the encoding that the server accepts (RFC 9110 15.5.16). */
function encoded(encoding: string): ProblemError {
  const name = /^[\w-]{1,32}$/.test(encoding) ? ` ${encoding}` : '';
  const detail = `The body has the Content-Encoding${name}. Send it without one.`;
  return new ProblemError(plainProblem(415, detail, 'server.request.media-type-unsupported'), {
    'accept-encoding': 'identity',
  });
}
