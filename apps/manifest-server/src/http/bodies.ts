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
    done(null, body.toString('utf8')),
  );
  fastify.addContentTypeParser(
    ['application/xml', 'text/xml'],
    { parseAs: 'buffer', bodyLimit: xmlLimit },
    (_request, body, done) => done(null, body),
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
