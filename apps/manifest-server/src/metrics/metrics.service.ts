import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ConnectorRegistry } from '@pacs-connectors/connector-core';
import { type FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { LaunchedManifests } from '../cache/launched-manifests.js';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { connectorReports } from '../health/connector-reports.js';
import { BuiltManifests } from '../manifest/built-manifests.service.js';
import { ConfigurationReload } from '../reload/configuration-reload.service.js';
import { CircuitOpenError } from '../watch/circuit-breaker.js';
import { type Outcome } from '../watch/connector-watch.js';
import { ConnectorWatches } from '../watch/connector-watches.service.js';
import { CodeLabels } from './code-labels.js';

/** Upper bounds of the histograms, seconds: from an answer of the cache to the longest wait of a viewer's user. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Scrapes of `/metrics` are not counted as requests. */
const UNCOUNTED = /\/metrics$/;

/**
 * The metrics of the server. Labels contain names of the configuration and of the code (connector ids and types, routes, kinds and
 * codes of errors), and nothing of a request. Their number is bounded, and they contain no identifier of a patient.
 */
@Injectable()
export class Metrics implements OnModuleInit {
  /** The metrics in Prometheus' text format. */
  readonly prometheus = new Registry();
  private readonly registers = [this.prometheus];

  constructor(
    private readonly watches: ConnectorWatches,
    private readonly registry: ConnectorRegistry,
    private readonly configuration: ServerConfiguration,
    private readonly launched: LaunchedManifests,
    private readonly reload: ConfigurationReload,
    private readonly host: HttpAdapterHost,
    built: BuiltManifests,
  ) {
    this.processMetrics();
    watches.onOutcome((outcome) => this.countOutcome(outcome));
    built.onBuilt(({ outcome, durationMs }) => this.manifests.observe({ outcome }, durationMs / 1000));
    this.gauges();
  }

  /** The metrics in the format of OpenMetrics. */
  get openMetrics(): Registry {
    const registry = new Registry();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    // prom-client renames the counters that it writes as OpenMetrics. It must not rename those of the other format.
    for (const metric of this.prometheus.getMetricsAsArray())
      registry.registerMetric(Object.create(metric as object) as never);
    return registry;
  }

  /** Adds event-loop delay, memory, CPU, … of the process. */
  private processMetrics(): void {
    collectDefaultMetrics({ register: this.prometheus });
    // Gauges with the name of a counter, which linters refuse. Gauges by type have the same numbers.
    for (const kind of ['handles', 'requests', 'resources'])
      this.prometheus.removeSingleMetric(`nodejs_active_${kind}_total`);
  }

  /** Counts every request by the route that answers it. */
  onModuleInit(): void {
    this.host.httpAdapter.getInstance<FastifyInstance>().addHook('onResponse', (request, reply, done) => {
      const route = request.routeOptions.url ?? 'none';
      if (!UNCOUNTED.test(route)) {
        const method = route === 'none' ? 'any' : request.method;
        this.requests.observe({ method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
      }
      done();
    });
  }

  private readonly requests = new Histogram({
    name: 'pacs_http_request_duration_seconds',
    help: 'Time to answer requests, by route',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: BUCKETS,
    registers: this.registers,
  });

  private readonly manifests = new Histogram({
    name: 'pacs_manifest_build_duration_seconds',
    help: 'Time to build manifests; outcome: complete, empty, incomplete (some parts are missing), failed (all parts are missing), cancelled',
    labelNames: ['outcome'] as const,
    buckets: BUCKETS,
    registers: this.registers,
  });

  private readonly searches = new Histogram({
    name: 'pacs_connector_search_duration_seconds',
    help: 'Time of searches in archives; outcome: ok or error',
    labelNames: ['connector', 'type', 'outcome'] as const,
    buckets: BUCKETS,
    registers: this.registers,
  });

  private readonly checks = new Histogram({
    name: 'pacs_connector_check_duration_seconds',
    help: 'Time of health checks of archives; outcome: ok or error',
    labelNames: ['connector', 'type', 'outcome'] as const,
    buckets: BUCKETS,
    registers: this.registers,
  });

  private readonly errors = new Counter({
    name: 'pacs_connector_errors_total',
    help: 'Errors of connectors by kind: unavailable, timeout, refused, misconfigured, protocol, cancelled; circuit_open: not searched, after repeated failures',
    labelNames: ['connector', 'type', 'operation', 'kind'] as const,
    registers: this.registers,
  });

  private readonly errorCodes = new Counter({
    name: 'pacs_connector_errors_by_code_total',
    help: 'The same errors by their codes (docs/errors.md); other: a code of a plug-in beyond the limit of different codes',
    labelNames: ['connector', 'type', 'operation', 'code'] as const,
    registers: this.registers,
  });

  /** Plug-ins have their own codes, so their number is limited here. */
  private readonly codeLabels = new CodeLabels();

  private countOutcome({ connector: { id: connector, type }, operation, durationMs, error }: Outcome): void {
    if (error) this.errorCodes.inc({ connector, type, operation, code: this.codeLabels.label(error.code) });
    if (error instanceof CircuitOpenError) {
      // The archive was not searched, so there is no duration.
      this.errors.inc({ connector, type, operation, kind: 'circuit_open' });
      return;
    }
    const histogram = operation === 'search' ? this.searches : this.checks;
    histogram.observe({ connector, type, outcome: error ? 'error' : 'ok' }, durationMs / 1000);
    if (error) this.errors.inc({ connector, type, operation, kind: error.kind });
  }

  /** Adds the metrics that are read when they are scraped. */
  private gauges(): void {
    const reports = () => connectorReports(this.watches, this.registry, this.configuration);
    const perConnector = (name: string, help: string, read: (set: SetConnector) => void) =>
      this.gauge(name, help, ['connector', 'type'], (gauge) =>
        read((connector, type, value) => gauge.set({ connector, type: type ?? '' }, value)),
      );
    perConnector('pacs_connector_up', '1 if the archive answers; 0 if it does not or is misconfigured', (set) => {
      for (const { id, type, state } of reports()) if (state !== 'disabled') set(id, type, Number(state === 'up'));
    });
    perConnector(
      'pacs_connector_circuit_open',
      '1 while the archive is not searched after repeated failures',
      (set) => {
        for (const { id, type, circuit } of reports()) if (circuit) set(id, type, Number(circuit === 'open'));
      },
    );
    perConnector('pacs_connector_searches_in_progress', 'Running searches', (set) => {
      for (const { connector, searching } of this.watches.all) set(connector.id, connector.type, searching);
    });
    this.gauge(
      'pacs_connector_connections',
      'Connections to the archive (pool, associations); state: in_use or idle',
      ['connector', 'type', 'state'],
      (gauge) => {
        for (const { connector } of this.watches.all) {
          const use = connector.connections?.();
          if (!use) continue;
          const { id, type } = connector;
          gauge.set({ connector: id, type, state: 'in_use' }, use.inUse);
          gauge.set({ connector: id, type, state: 'idle' }, use.idle);
        }
      },
    );
    perConnector('pacs_connector_connections_limit', 'Largest number of connections at a time', (set) => {
      for (const { connector } of this.watches.all) {
        const limit = connector.connections?.().limit;
        if (limit !== undefined) set(connector.id, connector.type, limit);
      }
    });
    this.cacheMetrics();
    this.gauge(
      'pacs_config_last_reload_successful',
      '0 while the files have a configuration that the server refuses',
      [],
      (gauge) => gauge.set(Number(this.reload.state.refused === undefined)),
    );
    this.gauge(
      'pacs_config_last_reload_success_timestamp_seconds',
      'When the configuration in use was read, at startup or later',
      [],
      (gauge) => gauge.set(this.reload.state.since.getTime() / 1000),
    );
  }

  private cacheMetrics(): void {
    this.gauge('pacs_cache_manifests', 'Manifests in the memory of this process', [], (gauge) =>
      gauge.set(this.launched.statistics.manifests),
    );
    this.gauge('pacs_cache_bytes', 'Size of the manifests in the memory of this process', [], (gauge) =>
      gauge.set(this.launched.statistics.bytes),
    );
    this.gauge('pacs_cache_builds_in_progress', 'Manifests being built for launches', [], (gauge) =>
      gauge.set(this.launched.statistics.builds),
    );
    const { launched } = this;
    new Counter({
      name: 'pacs_cache_foreign_total',
      help: 'Records, claims and messages in Redis that were ignored, because no replica with the same cache.encryption-key has written them',
      labelNames: ['what'] as const,
      registers: this.registers,
      collect() {
        this.reset();
        for (const [what, count] of Object.entries(launched.statistics.foreign)) this.inc({ what }, count);
      },
    });
    new Counter({
      name: 'pacs_cache_lookups_total',
      help: 'Lookups of manifests, by: launch, viewer; result: hit (was in the cache), wait (was being built), miss (had to be built)',
      labelNames: ['by', 'result'] as const,
      registers: this.registers,
      collect() {
        this.reset();
        for (const [by, results] of Object.entries(launched.statistics.lookups))
          for (const [result, count] of Object.entries(results)) this.inc({ by, result }, count);
      },
    });
  }

  private gauge(name: string, help: string, labelNames: string[], collect: (gauge: Gauge) => void): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: this.registers,
      collect() {
        // Removes connectors that no longer exist.
        this.reset();
        collect(this);
      },
    });
  }
}

type SetConnector = (connector: string, type: string | undefined, value: number) => void;
