import { type FastifyInstance } from 'fastify';

/** The policy of pages that have none of their own, such as the description of the API. They load only what this server has. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/** Adds a Content-Security-Policy to each page, which also says who may frame it, and forbids guessing of media types. */
export function protectPages(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    void reply.header('x-content-type-options', 'nosniff');
    if (
      /^text\/html\b/.test(String(reply.getHeader('content-type') ?? '')) &&
      !reply.hasHeader('content-security-policy')
    )
      void reply.header('content-security-policy', POLICY);
    done(null, payload);
  });
}
