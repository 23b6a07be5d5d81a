import { Module, type OnModuleInit } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance } from 'fastify';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { AllowedHosts } from './allowed-hosts.guard.js';
import { readBodies } from './bodies.js';
import { LoggedParameters } from './logged-parameters.js';
import { ProblemFilter } from './problem.filter.js';
import { PublicAddress } from './public-address.service.js';

/** What all requests have in common: their bodies, `hosts.allow`, problems as answers, and the server's public address. */
@Module({
  providers: [
    { provide: APP_GUARD, useClass: AllowedHosts },
    { provide: APP_FILTER, useClass: ProblemFilter },
    LoggedParameters,
    PublicAddress,
  ],
  exports: [LoggedParameters, PublicAddress],
})
export class HttpModule implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly configuration: ServerConfiguration,
  ) {}

  onModuleInit(): void {
    const { maxUploadMib } = this.configuration.global.cache;
    readBodies(this.host.httpAdapter.getInstance<FastifyInstance>(), maxUploadMib * 1024 * 1024);
  }
}
