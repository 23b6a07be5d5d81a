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
import { codes } from '../errors/error-codes.js';
import { answeredCode } from '../http/problem.js';
import { coded } from '../logging/coded-message.js';
import { currentRequest, type RequestIds } from '../logging/request-context.js';
import { type BuildReport, type PartReport } from '../manifest/built-manifests.service.js';
import { TraceExporter } from './trace-exporter.js';

/** The trace that a request belongs to. */
interface RequestTrace {
  context: Context;
  /** When `performance.now()` was 0 (ms since the epoch), so that all spans of a trace use one clock. */
  clockZero: number;
}

/**
 * Makes spans and passes them to the exporter, in batches, in the background. The standard variables configure the collector, the
 * sampling and the names.
 *
 * Attributes contain names of the configuration and of the code, and numbers. Of a request they contain its method and route, but
 * no query, no identifier of a patient and no token.
 */
export class TraceRecorder {
  private readonly tracer: Tracer;
  private readonly traces = new WeakMap<RequestIds, RequestTrace>();

  private constructor(
    private readonly provider: BasicTracerProvider,
    private readonly exporter: TraceExporter,
    private readonly logger: LoggerService,
  ) {
    this.tracer = provider.getTracer('pacs-connectors');
  }

  /** Creates a recorder, and logs problems of the standard variables. */
  static async make(logger: LoggerService): Promise<TraceRecorder> {
    const own = resourceFromAttributes({
      'service.name': 'pacs-connectors',
      'service.version': await ownVersion(),
      'service.instance.id': randomUUID(),
    });
    const warn = (message: string) => logger.warn(coded(message, codes['server.traces.misconfigured']));
    // Only while the variables are read. The exporter reports later problems, once.
    diag.setLogger({ error: warn, warn, info: warn, debug: warn, verbose: warn }, DiagLogLevel.WARN);
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

  /** Begins the span of a request. It ends with the answer. */
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
      if (raw.headersSent) setStatus(span, raw.statusCode);
      const code = answeredCode(request);
      if (code) span.setAttribute('pacs.error.code', code);
      if (!raw.writableFinished) span.setAttribute('error.type', 'client_gone');
      span.end(clockZero + performance.now());
    });
  }

  /** Records the build of a manifest for the current request. */
  addManifest(report: BuildReport, typeOf: (connector: string) => string | undefined): void {
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
    // All searches start at the same time, as soon as the build begins.
    for (const part of parts) this.addPart(part, typeOf(part.connector), startTime, inside);
    if (outcome === 'failed' || outcome === 'incomplete') setError(span, outcome);
    span.end(startTime + durationMs);
  }

  private addPart(part: PartReport, type: string | undefined, startTime: number, context: Context): void {
    const { connector, durationMs, patients, studies, series, instances, failure, code } = part;
    const attributes: Attributes = {
      'pacs.connector.id': connector,
      'pacs.connector.type': type,
      'pacs.search.outcome': failure ?? 'ok',
      'pacs.search.patients': patients,
      'pacs.search.studies': studies,
      'pacs.search.series': series,
      'pacs.search.instances': instances,
      'pacs.error.code': code,
    };
    const span = this.tracer.startSpan(
      `search ${connector}`,
      { kind: SpanKind.CLIENT, startTime, attributes },
      context,
    );
    if (failure && failure !== 'cancelled') setError(span, failure);
    span.end(startTime + durationMs);
  }

  /** Sends the remaining spans within `limitMs` milliseconds. It does not wait if the collector did not accept the last ones. */
  async end(limitMs: number): Promise<void> {
    const sent = this.provider.shutdown().catch(() => undefined);
    if (this.exporter.failing) return;
    const timeout = await Promise.race([sent, pause(limitMs, true, { ref: false })]);
    if (!timeout) return;
    const message = `the collector did not accept the last traces within ${limitMs / 1000} s`;
    this.logger.warn(coded(message, codes['server.traces.not-accepted']));
  }
}

/** Returns the caller's span by its `traceparent` (W3C Trace Context 3.2). `tracestate` is ignored, since it may contain anything. */
function parentOf(header: string | string[] | undefined): Context {
  const parent = typeof header === 'string' ? parseTraceParent(header) : null;
  return parent ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true }) : ROOT_CONTEXT;
}

function setStatus(span: Span, status: number): void {
  span.setAttribute('http.response.status_code', status);
  if (status >= 500) setError(span, String(status));
}

function setError(span: Span, type: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
