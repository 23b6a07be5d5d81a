import { Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { AddressList } from './address-list.js';
import { addressOfNode, type Forwarded, parseForwarded } from './forwarded.js';
import { plainProblem, ProblemError } from './problem.js';

/** A host with an optional port (RFC 3986 3.2.2, 3.2.3), as a launch address may contain it. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/** Finds the address at which callers and viewers reach this server. */
@Injectable()
export class PublicAddress {
  private readonly proxies: () => AddressList;

  constructor(private readonly configuration: ServerConfiguration) {
    this.proxies = configuration.derived(({ server }) => new AddressList(server.trustedProxies));
  }

  /**
   * Returns the server's base address with its context path, without a slash at the end. It is `server.public-url`, whose path
   * replaces the context path. By default, trusted proxies state it (`Forwarded`, then `X-Forwarded-*`), then `Host`.
   *
   * @throws ProblemError 400 (`server.request.host-invalid`) if an address cannot contain the host or protocol.
   */
  of(request: FastifyRequest): string {
    const { contextPath, global } = this.configuration;
    const { publicUrl } = global.server;
    if (publicUrl !== undefined) {
      const { origin, pathname } = new URL(publicUrl);
      return origin + (pathname === '/' ? contextPath : pathname.replace(/\/+$/, ''));
    }
    const { host = request.headers.host ?? localHost(request), proto = 'http' } = this.forwarded(request);
    if (!HOST.test(host) || !/^https?$/i.test(proto))
      throw new ProblemError(
        plainProblem(
          400,
          'The request has a host or protocol that an address cannot contain. Correct it at the proxy, or set server.public-url.',
          'server.request.host-invalid',
        ),
      );
    return `${proto.toLowerCase()}://${host}${contextPath}`;
  }

  private forwarded({ headers, raw }: FastifyRequest): Forwarded {
    if (!this.proxies().has(raw.socket.remoteAddress)) return {};
    if (typeof headers.forwarded === 'string') {
      const elements = parseForwarded(headers.forwarded);
      // Each proxy appends an element. It is trusted if the proxy that passed it on is trusted.
      while (elements.length > 1 && this.proxies().has(addressOfNode(elements.at(-1)?.for))) elements.pop();
      return elements.at(-1) ?? {};
    }
    const last = (name: string) => headers[name]?.toString().split(',').at(-1)?.trim() || undefined;
    const [host, port, proto] = ['host', 'port', 'proto'].map((name) => last(`x-forwarded-${name}`));
    const named = host !== undefined && port !== undefined && !/:\d+$/.test(host) && !isDefault(port, proto);
    return { host: named ? `${host}:${port}` : host, proto };
  }
}

function isDefault(port: string, proto = 'http'): boolean {
  return port === (proto === 'https' ? '443' : '80');
}

/** HTTP/1.0 needs no Host. */
function localHost({ raw: { socket } }: FastifyRequest): string {
  const { localAddress = '127.0.0.1', localPort } = socket;
  return `${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
}
