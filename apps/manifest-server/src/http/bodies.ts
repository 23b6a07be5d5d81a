import { type FastifyInstance } from 'fastify';
import { plainProblem, ProblemError } from './problem.js';

/** The media type of forms. */
export const FORM = 'application/x-www-form-urlencoded';

/**
 * How bodies reach controllers: a form as its text, since its escapes are checked as those of URLs are; XML as bytes; JSON
 * as a value, by the framework. One with a Content-Encoding is refused: it would be taken for what it holds.
 *
 * @param xmlLimit longest XML, bytes
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

/** RFC 9110 15.5.16, with what would be taken. */
function encoded(encoding: string): ProblemError {
  const name = /^[\w-]{1,32}$/.test(encoding) ? ` ${encoding}` : '';
  const detail = `The body has the Content-Encoding${name}; bodies are taken without one only.`;
  return new ProblemError(plainProblem(415, detail), { 'accept-encoding': 'identity' });
}
