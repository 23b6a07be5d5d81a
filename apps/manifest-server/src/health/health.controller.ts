import { Controller, HttpException, Res } from '@nestjs/common';
import {
  HealthCheck,
  HealthCheckService,
  type HealthIndicatorFunction,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { ConnectorRegistry } from '@pacs-connectors/connector-core';
import { type FastifyReply } from 'fastify';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { CacheHealth } from '../cache/cache-health.js';
import { Route } from '../http/route.js';

/** Whether this server works, for probes. */
@Controller()
export class HealthController {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly registry: ConnectorRegistry,
    private readonly configuration: ServerConfiguration,
    private readonly cache: CacheHealth,
  ) {}

  @Route('live')
  @HealthCheck()
  live(@Res({ passthrough: true }) reply: FastifyReply) {
    return this.answer([], reply);
  }

  @Route('ready')
  @HealthCheck()
  ready(@Res({ passthrough: true }) reply: FastifyReply) {
    return this.answer([() => this.configured(), () => this.cache.check(), ...this.connectors()], reply);
  }

  /** Terminus throws its result where it is none to be glad of; here it is the answer all the same. */
  private async answer(indicators: HealthIndicatorFunction[], reply: FastifyReply): Promise<unknown> {
    try {
      return await this.checks.check(indicators);
    } catch (error) {
      if (!(error instanceof HttpException)) throw error;
      void reply.status(error.getStatus());
      return error.getResponse();
    }
  }

  private configured() {
    const { problems } = this.configuration;
    const indicator = this.indicators.check('configuration');
    return problems.length === 0 ? indicator.up() : indicator.degraded({ problems });
  }

  /** One that is left out does not keep the others from serving: the server is degraded, not down. */
  private connectors(): HealthIndicatorFunction[] {
    const usable = this.registry.connectors.map(
      ({ id, type }) =>
        () =>
          this.indicators.check(`connector ${id}`).up({ type }),
    );
    const leftOut = this.registry.leftOut.map(
      ({ id, type, reasons }) =>
        () =>
          this.indicators.check(`connector ${id}`).degraded({ ...(type && { type }), message: 'left out', reasons }),
    );
    return [...usable, ...leftOut];
  }
}
