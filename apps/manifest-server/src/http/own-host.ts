import { isIP } from 'node:net';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { plainProblem, ProblemError } from './problem.js';

/** Names that no public DNS server resolves, so that no attacker can own them. */
const PRIVATE_NAME = /^[^.]+$|\.(?:localhost|local|internal|svc)$/;

export interface OwnHosts {
  /** `server.public-url`. */
  publicUrl?: string;
  /** `server.host-names`. */
  hostNames: readonly string[];
}

/**
 * Whether a request is for this server by its `Host`. It is if it is the host of `server.public-url` or one of `server.host-names`, an
 * IP address or a private name. Probes and proxies use those. A web page of an attacker cannot: its own name would lead here by DNS
 * rebinding. Without both keys, each host is accepted.
 */
export function isOwnHost(host: string | undefined, { publicUrl, hostNames }: OwnHosts): boolean {
  if (publicUrl === undefined && hostNames.length === 0) return true;
  // HTTP/1.0 needs none, and browsers always send it.
  if (!host) return true;
  const name = nameOf(host);
  if (isIP(name) > 0 || PRIVATE_NAME.test(name)) return true;
  const own = publicUrl === undefined ? [] : [nameOf(new URL(publicUrl).host)];
  return [...own, ...hostNames.map(nameOf)].includes(name);
}

/** Returns the name in a `Host`, in lower case, without port and brackets. */
function nameOf(host: string): string {
  const [, address, name] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? [];
  return (address ?? name ?? host).toLowerCase().replace(/\.$/, '');
}

/** Answers requests for other hosts by a 421 before anything of them is read, except those of probes and metrics. */
export function requireOwnHost(
  fastify: FastifyInstance,
  hosts: () => OwnHosts,
  isForProbes: (request: FastifyRequest) => boolean,
): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (isOwnHost(request.headers.host, hosts()) || isForProbes(request)) return done();
    done(
      new ProblemError(
        plainProblem(
          421,
          'This server does not have the name that the request is for. Use server.public-url, or add the name to server.host-names.',
          'server.request.host-unknown',
        ),
      ),
    );
  });
}
