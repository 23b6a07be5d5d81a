import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type LoggerService } from '@nestjs/common';
import {
  type Attributes,
  type Context,
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { ownVersion } from '../boot/own-version.js';
import { currentRequest, type RequestNames } from '../logging/request-context.js';
import { type BuildReport, type PartReport } from '../manifest/built-manifests.service.js';
import { TraceExporter } from './trace-exporter.js';

/** The trace that a request belongs to. */
interface RequestTrace {
  context: Context;
  /** Milliseconds since the epoch at which `performance.now()` was 0, so that all spans of a trace go by one clock. */
  clockZero: number;
}

/**
 * Makes spans of what happens and hands them to the exporter, in batches, in the background. The standard variables say
 * where to, which share of the traces, and how they are named.
 *
 * Attributes hold what the configuration and our own code name, and numbers; nothing of a request but its method: no
 * address with its query, no identifier of a patient, no token.
 */
export class TraceRecorder {
  private readonly tracer: Tracer;
  private readonly traces = new WeakMap<RequestNames, RequestTrace>();

  private constructor(
    private readonly provider: BasicTracerProvider,
    private readonly exporter: TraceExporter,
    private readonly logger: LoggerService,
  ) {
    this.tracer = provider.getTracer('pacs-connectors');
  }

  /** What is wrong with the standard variables is logged. */
  static async make(logger: LoggerService): Promise<TraceRecorder> {
    const own = resourceFromAttributes({
      'service.name': 'pacs-connectors',
      'service.version': await ownVersion(),
      'service.instance.id': randomUUID(),
    });
    const say = (message: string) => logger.warn(message);
    // Only while the variables are read: what goes wrong later is told by the exporter, once.
    diag.setLogger({ error: say, warn: say, info: say, debug: say, verbose: say }, DiagLogLevel.WARN);
    try {
      const exporter = new TraceExporter(logger);
      const provider = new BasicTracerProvider({
        resource: defaultResource()
          .merge(own)
          .merge(detectResources({ detectors: [envDetector] })),
        spanProcessors: [new BatchSpanProcessor(exporter)],
      });
      return new TraceRecorder(provider, exporter, logger);
    } finally {
      diag.disable();
    }
  }

  /** A request has come; its span ends with its answer. */
  begin(request: FastifyRequest, reply: FastifyReply): void {
    const names = currentRequest();
    if (!names) return;
    const { method, headers } = request;
    const route = request.routeOptions.url;
    const clockZero = Date.now() - performance.now();
    const span = this.tracer.startSpan(
      route === undefined ? method : `${method} ${route}`,
      {
        kind: SpanKind.SERVER,
        startTime: clockZero + performance.now(),
        attributes: { 'http.request.method': method, 'http.route': route },
      },
      parentOf(headers['traceparent']),
    );
    names.traceId = span.spanContext().traceId;
    this.traces.set(names, { context: trace.setSpan(ROOT_CONTEXT, span), clockZero });
    const { raw } = reply;
    raw.once('close', () => {
      if (raw.headersSent) noteStatus(span, raw.statusCode);
      if (!raw.writableFinished) span.setAttribute('error.type', 'client_gone');
      span.end(clockZero + performance.now());
    });
  }

  /** A manifest has been built on the way of the current request. */
  noteManifest(report: BuildReport, typeOf: (connector: string) => string | undefined): void {
    const names = currentRequest();
    const { context = ROOT_CONTEXT, clockZero = Date.now() - performance.now() } =
      (names && this.traces.get(names)) ?? {};
    const { outcome, durationMs, parts } = report;
    const startTime = clockZero + performance.now() - durationMs;
    const options = {
      startTime,
      attributes: { 'pacs.manifest.outcome': outcome, 'pacs.manifest.parts': parts.length },
    };
    const span = this.tracer.startSpan('build manifest', options, context);
    const inside = trace.setSpan(context, span);
    // All are asked at the same time, as soon as the build begins.
    for (const part of parts) this.notePart(part, typeOf(part.connector), startTime, inside);
    if (outcome === 'failed' || outcome === 'incomplete') noteError(span, outcome);
    span.end(startTime + durationMs);
  }

  private notePart(part: PartReport, type: string | undefined, startTime: number, context: Context): void {
    const { connector, durationMs, patients, studies, series, instances, failure } = part;
    const attributes: Attributes = {
      'pacs.connector.id': connector,
      'pacs.connector.type': type,
      'pacs.search.outcome': failure ?? 'ok',
      'pacs.search.patients': patients,
      'pacs.search.studies': studies,
      'pacs.search.series': series,
      'pacs.search.instances': instances,
    };
    const span = this.tracer.startSpan(
      `search ${connector}`,
      { kind: SpanKind.CLIENT, startTime, attributes },
      context,
    );
    if (failure && failure !== 'cancelled') noteError(span, failure);
    span.end(startTime + durationMs);
  }

  /** Sends what is left, for at most `limitMs`; not waited for where the collector took nothing before. */
  async end(limitMs: number): Promise<void> {
    const sent = this.provider.shutdown().catch(() => undefined);
    if (this.exporter.failing) return;
    const late = await Promise.race([sent, pause(limitMs, 'late', { ref: false })]);
    if (late) this.logger.warn(`the last traces were not taken within ${limitMs / 1000} s`);
  }
}

/** The caller's span, by its `traceparent` (W3C Trace Context 3.2). Its `tracestate` may hold anything: it is left. */
function parentOf(header: string | string[] | undefined): Context {
  const parent = typeof header === 'string' ? parseTraceParent(header) : null;
  return parent ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true }) : ROOT_CONTEXT;
}

function noteStatus(span: Span, status: number): void {
  span.setAttribute('http.response.status_code', status);
  if (status >= 500) noteError(span, String(status));
}

function noteError(span: Span, type: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
