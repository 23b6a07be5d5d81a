import { Controller, HttpException, Param, Res } from '@nestjs/common';
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
import { plainProblem, ProblemError } from '../http/problem.js';
import { Route } from '../http/route.js';
import { Lifecycle } from '../lifecycle/lifecycle.service.js';
import { ConfigurationReload } from '../reload/configuration-reload.service.js';
import { ConnectorWatches } from '../watch/connector-watches.service.js';
import { cannotBeAsked, type ConnectorReport, connectorReports, unmetRequirement } from './connector-reports.js';

/**
 * Whether this server works, for probes and operators. Nothing here waits for an archive: what is told is what its watch
 * has found last.
 */
@Controller()
export class HealthController {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly registry: ConnectorRegistry,
    private readonly configuration: ServerConfiguration,
    private readonly watches: ConnectorWatches,
    private readonly cache: CacheHealth,
    private readonly lifecycle: Lifecycle,
    private readonly reload: ConfigurationReload,
  ) {}

  @Route('live')
  @HealthCheck()
  live(@Res({ passthrough: true }) reply: FastifyReply) {
    return this.answer([], reply);
  }

  @Route('startup')
  @HealthCheck()
  startup(@Res({ passthrough: true }) reply: FastifyReply) {
    return this.answer([() => this.looked()], reply);
  }

  @Route('ready')
  @HealthCheck()
  ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const reports = this.reports();
    return this.answer(
      [
        () => this.goesOn(),
        () => this.looked(),
        () => this.configured(),
        () => this.cache.check(),
        () => this.required(reports),
        ...reports.map((report) => () => this.impaired(report)),
      ],
      reply,
    );
  }

  @Route('connectorsHealth')
  @HealthCheck()
  async connectors(@Res({ passthrough: true }) reply: FastifyReply) {
    const report = await this.answer(
      this.reports().map((one) => () => this.usable(one)),
      reply,
    );
    void reply.status(200);
    return report;
  }

  @Route('connectorHealth')
  @HealthCheck()
  connector(@Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply) {
    const report = this.reports().find((one) => one.id === id);
    if (!report)
      throw new ProblemError(plainProblem(404, 'No connector has this id. /health/connectors tells which there are.'));
    return this.answer([() => this.usable(report)], reply);
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

  private reports(): ConnectorReport[] {
    return connectorReports(this.watches, this.registry, this.configuration);
  }

  private goesOn() {
    const indicator = this.indicators.check('server');
    return this.lifecycle.ending ? indicator.down('it was asked to end') : indicator.up();
  }

  /** Each archive of the start has been looked at once, whatever was found. */
  private looked() {
    const waiting = this.watches.unlooked;
    const indicator = this.indicators.check('archives looked at');
    return waiting.length === 0
      ? indicator.up()
      : indicator.down(`waiting for the first look at ${waiting.join(', ')}`);
  }

  /** The server serves by the configuration in force, whatever the files hold. */
  private configured() {
    const { problems } = this.configuration;
    const { since, refused, restartNeeded } = this.reload.state;
    const indicator = this.indicators.check('configuration');
    if (problems.length === 0 && !refused && restartNeeded.length === 0) return indicator.up({ since });
    return indicator.degraded({
      since,
      ...(refused && { message: 'what the files hold now is not taken', refused }),
      ...(restartNeeded.length > 0 && { restartNeeded }),
      problems,
    });
  }

  private required(reports: readonly ConnectorReport[]) {
    const { readyRequires } = this.configuration.global.health;
    const unmet = unmetRequirement(reports, readyRequires);
    const indicator = this.indicators.check('archives required');
    return unmet === undefined ? indicator.up() : indicator.down(unmet);
  }

  /** One that cannot be asked does not keep the others from serving: the server is degraded, not down. */
  private impaired(report: ConnectorReport) {
    const { id, type, state, reasons, lastError } = report;
    const indicator = this.indicators.check(`connector ${id}`);
    const kind: Record<string, string> = type === undefined ? {} : { type };
    if (state === 'misconfigured') return indicator.degraded({ ...kind, message: 'left out', reasons });
    if (cannotBeAsked(report))
      return indicator.degraded({ ...kind, message: lastError?.message, remedy: lastError?.remedy });
    return indicator.up(state === 'disabled' ? { ...kind, message: 'switched off' } : kind);
  }

  private usable({ id, ...report }: ConnectorReport) {
    const indicator = this.indicators.check(id);
    if (cannotBeAsked({ id, ...report })) return indicator.down({ ...report });
    return report.state === 'unknown' ? indicator.degraded({ ...report }) : indicator.up({ ...report });
  }
}
