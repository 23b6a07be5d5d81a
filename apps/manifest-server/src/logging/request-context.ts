import { AsyncLocalStorage } from 'node:async_hooks';
import { type FastifyInstance, type FastifyRequest } from 'fastify';

/** The ids of a request, which all its log lines contain. */
export interface RequestIds {
  requestId: string;
  /** The trace id of the caller's `traceparent` (W3C Trace Context), or of the server's own trace. */
  traceId?: string;
}

const ids = new AsyncLocalStorage<RequestIds>();

/** Returns the ids of the request that the current code works for; `undefined` outside of requests. */
export function currentRequest(): RequestIds | undefined {
  return ids.getStore();
}

/** Makes the ids of each request available to {@link currentRequest}, and adds `X-Request-Id` to its answer. */
export function trackRequests(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    const traceId = traceIdOf(request);
    void reply.header('x-request-id', request.id);
    ids.run({ requestId: request.id, ...(traceId && { traceId }) }, done);
  });
}

/** Returns the `X-Request-Id` of a caller; `undefined` if it is not safe to repeat in logs and headers. */
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
