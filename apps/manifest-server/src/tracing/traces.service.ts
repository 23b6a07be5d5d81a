import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ConnectorRegistry } from '@pacs-connectors/connector-core';
import { type FastifyInstance } from 'fastify';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { codes } from '../errors/error-codes.js';
import { ROUTES, type RouteDefinition } from '../http/routes.js';
import { coded } from '../logging/coded-message.js';
import { BuiltManifests } from '../manifest/built-manifests.service.js';
import { type TraceRecorder } from './trace-recorder.js';
import { readTraceSettings } from './trace-settings.js';

/** How long a shutdown waits at most for the collector to accept the last traces, milliseconds. */
const FLUSH_MS = 2000;

/**
 * Sends traces to an OpenTelemetry collector if the environment names one. Otherwise it loads no library and does nothing for a
 * request.
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
    const { enabled, problem } = readTraceSettings(process.env);
    if (problem) this.logger.warn(coded(problem, codes['server.traces.misconfigured']));
    if (!enabled) return;
    const { TraceRecorder } = await import('./trace-recorder.js');
    const recorder = await TraceRecorder.make(this.logger);
    this.recorder = recorder;
    const untraced = operationsPaths(this.configuration.contextPath);
    this.host.httpAdapter.getInstance<FastifyInstance>().addHook('onRequest', (request, reply, done) => {
      if (!untraced.has(request.routeOptions.url ?? '')) recorder.begin(request, reply);
      done();
    });
    this.built.onBuilt((report) => recorder.addManifest(report, (connector) => this.typeOf(connector)));
  }

  /** Sends the last traces. All builds have ended by now, since TracingModule is global. */
  async onApplicationShutdown(): Promise<void> {
    await this.recorder?.end(Math.min(FLUSH_MS, this.configuration.global.shutdown.timeoutMs / 2));
  }

  private typeOf(id: string): string | undefined {
    return this.registry.get(id)?.type ?? this.registry.leftOut.find((connector) => connector.id === id)?.type;
  }
}

/** Returns the paths of probes and scrapes, which are frequent and never slow. */
function operationsPaths(contextPath: string): Set<string> {
  const routes: RouteDefinition[] = Object.values(ROUTES);
  const operations = routes.filter(({ concerns }) => concerns === 'operations');
  return new Set(operations.flatMap(({ paths }) => paths.map((path) => `${contextPath}/${path}`)));
}
