import { AsyncLocalStorage } from 'node:async_hooks';
import { type FastifyInstance, type FastifyRequest } from 'fastify';

/** What names a request wherever something is logged on its way. */
export interface RequestNames {
  requestId: string;
  /** Of a `traceparent` that came with it (W3C Trace Context). */
  traceId?: string;
}

const names = new AsyncLocalStorage<RequestNames>();

/** The request that is being answered, where one is. */
export function currentRequest(): RequestNames | undefined {
  return names.getStore();
}

/** Everything that is done for a request of `server` knows its names, and its answer tells them. */
export function nameRequests(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    const traceId = traceIdOf(request);
    void reply.header('x-request-id', request.id);
    names.run({ requestId: request.id, ...(traceId && { traceId }) }, done);
  });
}

/** The id that a caller or proxy gave a request, where it is one to repeat: in a log, in a header. */
export function requestIdOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w.:+/=-]{1,128}$/.test(header) ? header : undefined;
}

/** W3C Trace Context 3.2: `version-traceid-parentid-flags`, none of them all zeros. */
function traceIdOf({ headers }: FastifyRequest): string | undefined {
  const header = headers['traceparent'];
  if (typeof header !== 'string') return undefined;
  const traceId = /^(?!ff)[\da-f]{2}-([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}/.exec(header)?.[1];
  return traceId && /[^0]/.test(traceId) ? traceId : undefined;
}
