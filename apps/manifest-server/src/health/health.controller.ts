import { Controller, HttpException, Param, Req, Res } from '@nestjs/common';
import {
  HealthCheck,
  HealthCheckService,
  type HealthIndicatorFunction,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { ConnectorRegistry } from '@pacs-connectors/connector-core';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { CacheHealth } from '../cache/cache-health.js';
import { codes } from '../errors/error-codes.js';
import { AllowedHosts } from '../http/allowed-hosts.guard.js';
import { plainProblem, ProblemError } from '../http/problem.js';
import { Route } from '../http/route.js';
import { Lifecycle } from '../lifecycle/lifecycle.service.js';
import { ConfigurationReload } from '../reload/configuration-reload.service.js';
import { mayQuoteArchive } from '../watch/archive-text.js';
import { ConnectorWatches } from '../watch/connector-watches.service.js';
import { type ConnectorReport, connectorReports, isUnavailable, unmetRequirement } from './connector-reports.js';

/**
 * Answers health probes and operators. It never waits for an archive, but reports the latest result of its watch.
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
    private readonly allowed: AllowedHosts,
  ) {}

  @Route('live')
  @HealthCheck()
  live(@Res({ passthrough: true }) reply: FastifyReply) {
    return this.answer([], reply);
  }

  @Route('startup')
  @HealthCheck()
  startup(@Res({ passthrough: true }) reply: FastifyReply) {
    return this.answer([() => this.checkFirstChecks()], reply);
  }

  @Route('ready')
  @HealthCheck()
  async ready(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const reports = await this.reportsFor(request);
    return this.answer(
      [
        () => this.checkLifecycle(),
        () => this.checkFirstChecks(),
        () => this.checkConfiguration(),
        () => this.cache.check(),
        () => this.checkRequiredArchives(reports),
        ...reports.map((report) => () => this.checkForReadiness(report)),
      ],
      reply,
    );
  }

  @Route('connectorsHealth')
  @HealthCheck()
  async connectors(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const reports = await this.reportsFor(request);
    const report = await this.answer(
      reports.map((one) => () => this.checkConnector(one)),
      reply,
    );
    void reply.status(200);
    return report;
  }

  @Route('connectorHealth')
  @HealthCheck()
  async connector(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const report = (await this.reportsFor(request)).find((one) => one.id === id);
    if (!report)
      throw new ProblemError(
        plainProblem(
          404,
          'No connector has this id. /health/connectors lists the connectors.',
          'server.archive.unknown',
        ),
      );
    return this.answer([() => this.checkConnector(report)], reply);
  }

  /** Returns the result of checks. Terminus throws it if it is not good. */
  private async answer(indicators: HealthIndicatorFunction[], reply: FastifyReply): Promise<unknown> {
    try {
      return await this.checks.check(indicators);
    } catch (error) {
      if (!(error instanceof HttpException)) throw error;
      void reply.status(error.getStatus());
      return error.getResponse();
    }
  }

  /** Returns the reports for a caller. Who may not see patients gets no words of an archive, which may name one. */
  private async reportsFor(request: FastifyRequest): Promise<ConnectorReport[]> {
    const reports = connectorReports(this.watches, this.registry, this.configuration);
    return (await this.allowed.admits(request)) ? reports : reports.map(withoutArchiveText);
  }

  private checkLifecycle() {
    const indicator = this.indicators.check('server');
    if (!this.lifecycle.shuttingDown) return indicator.up();
    return indicator.down({ code: codes['server.shutting-down'], message: 'the server is shutting down' });
  }

  /** Checks that each archive was checked once since startup, with any result. */
  private checkFirstChecks() {
    const unchecked = this.watches.uncheckedAtStartup;
    const indicator = this.indicators.check('archives checked');
    if (unchecked.length === 0) return indicator.up();
    const message = `waiting for the first check of ${unchecked.join(', ')}`;
    return indicator.down({ code: codes['server.health.archives-not-checked'], message });
  }

  private checkConfiguration() {
    const { problems } = this.configuration;
    const { since, refused, restartNeeded } = this.reload.state;
    const indicator = this.indicators.check('configuration');
    if (problems.length === 0 && !refused && restartNeeded.length === 0) return indicator.up({ since });
    return indicator.degraded({
      since,
      ...(refused && {
        code: codes['server.configuration.refused'],
        message: 'the server refuses the configuration in the files, and keeps the one in use',
        refused,
      }),
      ...(restartNeeded.length > 0 && { restartNeeded }),
      problems,
    });
  }

  private checkRequiredArchives(reports: readonly ConnectorReport[]) {
    const { readyRequires } = this.configuration.global.health;
    const message = unmetRequirement(reports, readyRequires);
    const indicator = this.indicators.check('archives required');
    if (message === undefined) return indicator.up();
    return indicator.down({ code: codes['server.health.archives-required'], message });
  }

  /** Checks a connector for readiness. It degrades the server, which still serves the others. */
  private checkForReadiness(report: ConnectorReport) {
    const { id, type, state, reasons, lastError } = report;
    const indicator = this.indicators.check(`connector ${id}`);
    const kind: Record<string, string> = type === undefined ? {} : { type };
    if (state === 'misconfigured') {
      const message = 'the connector is left out because of errors in the configuration';
      return indicator.degraded({ ...kind, code: codes['server.archive.left-out'], message, reasons });
    }
    if (isUnavailable(report)) {
      const { code, message, remedy } = lastError ?? {};
      return indicator.degraded({ ...kind, code, message, remedy });
    }
    return indicator.up(state === 'disabled' ? { ...kind, message: 'disabled' } : kind);
  }

  private checkConnector({ id, ...report }: ConnectorReport) {
    const indicator = this.indicators.check(id);
    if (isUnavailable({ id, ...report })) return indicator.down({ ...report });
    return report.state === 'unknown' ? indicator.degraded({ ...report }) : indicator.up({ ...report });
  }
}

function withoutArchiveText(report: ConnectorReport): ConnectorReport {
  const { lastError } = report;
  if (!lastError || !mayQuoteArchive(lastError.kind)) return report;
  const message = 'what the archive answered is shown to callers in hosts.allow';
  return { ...report, lastError: { ...lastError, message, remedy: undefined } };
}
