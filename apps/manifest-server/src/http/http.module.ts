import { Module, type OnModuleInit } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance } from 'fastify';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { AllowedHosts } from './allowed-hosts.guard.js';
import { readBodies } from './bodies.js';
import { LoggedParameters } from './logged-parameters.js';
import { requireOwnHost } from './own-host.js';
import { protectPages } from './page-headers.js';
import { ProblemFilter } from './problem.filter.js';
import { PublicAddress } from './public-address.service.js';

/** What all requests have in common: their bodies, `hosts.allow`, problems as answers, and the server's public address. */
@Module({
  providers: [
    AllowedHosts,
    { provide: APP_GUARD, useExisting: AllowedHosts },
    { provide: APP_FILTER, useClass: ProblemFilter },
    LoggedParameters,
    PublicAddress,
  ],
  exports: [AllowedHosts, LoggedParameters, PublicAddress],
})
export class HttpModule implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly configuration: ServerConfiguration,
  ) {}

  onModuleInit(): void {
    const { maxUploadMib } = this.configuration.global.cache;
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    const { contextPath } = this.configuration;
    const forProbes = new Set(
      ['live', 'ready', 'startup', 'metrics'].map(
        (name) => `${contextPath}/${name === 'metrics' ? name : `health/${name}`}`,
      ),
    );
    requireOwnHost(
      fastify,
      () => this.configuration.global.server,
      ({ routeOptions }) => forProbes.has(routeOptions.url ?? ''),
    );
    protectPages(fastify);
    readBodies(fastify, maxUploadMib * 1024 * 1024);
  }
}
