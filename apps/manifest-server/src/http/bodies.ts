import { isUtf8 } from 'node:buffer';
import { type FastifyInstance } from 'fastify';
import { plainProblem, ProblemError } from './problem.js';

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
