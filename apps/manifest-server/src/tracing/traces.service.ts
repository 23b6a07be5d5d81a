import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ConnectorRegistry } from '@pacs-connectors/connector-core';
import { type FastifyInstance } from 'fastify';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { ROUTES, type RouteDefinition } from '../http/routes.js';
import { BuiltManifests } from '../manifest/built-manifests.service.js';
import { type TraceRecorder } from './trace-recorder.js';
import { tracesWanted } from './traces-wanted.js';

/** The longest that ending waits for a collector to take the last traces, milliseconds. */
const FLUSH_MS = 2000;

/**
 * Sends traces to an OpenTelemetry collector where the environment names one. Where it does not, no library is loaded and
 * nothing is done for a request.
 */
@Injectable()
export class Traces implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Traces');
  private recorder?: TraceRecorder;

  constructor(
    private readonly built: BuiltManifests,
    private readonly registry: ConnectorRegistry,
    private readonly configuration: ServerConfiguration,
    private readonly host: HttpAdapterHost,
  ) {}

  /** Traces every request but those of probes. */
  async onModuleInit(): Promise<void> {
    const { wanted, problem } = tracesWanted(process.env);
    if (problem) this.logger.warn(problem);
    if (!wanted) return;
    const { TraceRecorder } = await import('./trace-recorder.js');
    const recorder = await TraceRecorder.make(this.logger);
    this.recorder = recorder;
    const untraced = operationsPaths(this.configuration.contextPath);
    this.host.httpAdapter.getInstance<FastifyInstance>().addHook('onRequest', (request, reply, done) => {
      if (!untraced.has(request.routeOptions.url ?? '')) recorder.begin(request, reply);
      done();
    });
    this.built.onBuilt((report) => recorder.noteManifest(report, (connector) => this.typeOf(connector)));
  }

  /** Called after those that build manifests have ended: Nest closes what others depend on last. */
  async onApplicationShutdown(): Promise<void> {
    await this.recorder?.end(Math.min(FLUSH_MS, this.configuration.global.shutdown.timeoutMs / 2));
  }

  private typeOf(id: string): string | undefined {
    return this.registry.get(id)?.type ?? this.registry.leftOut.find((connector) => connector.id === id)?.type;
  }
}

/** Those of probes and scrapes: every few seconds, and never slow. */
function operationsPaths(contextPath: string): Set<string> {
  const routes: RouteDefinition[] = Object.values(ROUTES);
  const operations = routes.filter(({ concerns }) => concerns === 'operations');
  return new Set(operations.flatMap(({ paths }) => paths.map((path) => `${contextPath}/${path}`)));
}
