import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type FastifyRequest } from 'fastify';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { AddressList } from './address-list.js';
import { clientAddresses } from './client-address.js';
import { plainProblem, ProblemError } from './problem.js';
import { ROUTE } from './route.js';
import { type RouteDefinition } from './routes.js';

/** How long the addresses of a host name are cached, milliseconds. */
const NAME_TTL_MS = 60_000;

/**
 * Enforces `hosts.allow` for the routes whose answers contain patients' data. Behind trusted proxies, it checks the address of
 * the client.
 */
@Injectable()
export class AllowedHosts implements CanActivate {
  private readonly allowed: () => AllowList | undefined;
  private readonly proxies: () => AddressList;

  constructor(
    private readonly reflector: Reflector,
    configuration: ServerConfiguration,
  ) {
    this.allowed = configuration.derived(({ hosts }) => hosts.allow && new AllowList(hosts.allow));
    this.proxies = configuration.derived(({ server }) => new AddressList(server.trustedProxies));
  }

  /** Whether a client may see patients' data. */
  async admits(request: FastifyRequest): Promise<boolean> {
    const allowed = this.allowed();
    return !allowed || areListed(allowed, clientAddresses(request, this.proxies()));
  }

  /** @throws ProblemError 403 */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const allowed = this.allowed();
    if (!allowed) return true;
    const route = this.reflector.get<RouteDefinition | undefined>(ROUTE, context.getHandler());
    if (route?.concerns === 'operations') return true;
    return requireAllowed(allowed, clientAddresses(context.switchToHttp().getRequest(), this.proxies()));
  }
}

/** @throws ProblemError 403 */
async function requireAllowed(allowed: AllowList, addresses: (string | undefined)[]): Promise<true> {
  if (await areListed(allowed, addresses)) return true;
  throw new ProblemError(
    plainProblem(
      403,
      'hosts.allow does not contain the address of this client. Ask an administrator to add it.',
      'server.caller.not-allowed',
    ),
  );
}

async function areListed(allowed: AllowList, addresses: (string | undefined)[]): Promise<boolean> {
  const listed = await Promise.all(addresses.map((address) => allowed.has(address)));
  return listed.every(Boolean);
}

/** The addresses and names of one `hosts.allow`. */
class AllowList {
  private readonly ranges: AddressList;
  private readonly names: readonly string[];
  private named: { addresses: AddressList; until: number } | undefined;

  constructor(allow: readonly string[]) {
    this.ranges = new AddressList(allow.filter(isRange));
    this.names = allow.filter((entry) => !isRange(entry));
  }

  async has(ip: string | undefined): Promise<boolean> {
    return this.ranges.has(ip) || (this.names.length > 0 && (await this.addresses()).has(ip));
  }

  private async addresses(): Promise<AddressList> {
    if (this.named && this.named.until > performance.now()) return this.named.addresses;
    // A name that cannot be resolved allows no address.
    const found = await Promise.all(this.names.map((name) => lookup(name, { all: true }).catch(() => [])));
    const addresses = new AddressList(found.flat().map(({ address }) => address));
    this.named = { addresses, until: performance.now() + NAME_TTL_MS };
    return addresses;
  }
}

function isRange(entry: string): boolean {
  return isIP(entry.replace(/\/.*/, '')) > 0;
}
