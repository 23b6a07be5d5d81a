import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type FastifyRequest } from 'fastify';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { AddressList } from './address-list.js';
import { plainProblem, ProblemError } from './problem.js';
import { ROUTE } from './route.js';
import { type RouteDefinition } from './routes.js';

/** How long the addresses of a host name are believed, milliseconds. */
const NAMES_LIVE_MS = 60_000;

/**
 * `hosts.allow`: who may call the addresses whose answers hold patients' data. Behind trusted proxies it is the client's
 * address that counts.
 */
@Injectable()
export class AllowedHosts implements CanActivate {
  private ranges?: AddressList;
  private named: { addresses: AddressList; until: number } | undefined;

  constructor(
    private readonly reflector: Reflector,
    private readonly configuration: ServerConfiguration,
  ) {}

  /** @throws ProblemError 403 */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const { allow } = this.configuration.global.hosts;
    if (!allow) return true;
    const route = this.reflector.get<RouteDefinition | undefined>(ROUTE, context.getHandler());
    return route?.concerns === 'operations' || this.allowed(allow, context);
  }

  private async allowed(allow: readonly string[], context: ExecutionContext): Promise<boolean> {
    const { ip } = context.switchToHttp().getRequest<FastifyRequest>();
    this.ranges ??= new AddressList(allow.filter(isRange));
    if (this.ranges.has(ip)) return true;
    const names = allow.filter((entry) => !isRange(entry));
    if (names.length > 0 && (await this.addressesOf(names)).has(ip)) return true;
    throw new ProblemError(plainProblem(403, 'This address may not ask here (hosts.allow).'));
  }

  private async addressesOf(names: readonly string[]): Promise<AddressList> {
    if (this.named && this.named.until > Date.now()) return this.named.addresses;
    // A name that cannot be resolved allows nobody.
    const found = await Promise.all(names.map((name) => lookup(name, { all: true }).catch(() => [])));
    const addresses = new AddressList(found.flat().map(({ address }) => address));
    this.named = { addresses, until: Date.now() + NAMES_LIVE_MS };
    return addresses;
  }
}

function isRange(entry: string): boolean {
  return isIP(entry.replace(/\/.*/, '')) > 0;
}
