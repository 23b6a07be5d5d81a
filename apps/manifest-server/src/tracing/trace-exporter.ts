import { type LoggerService } from '@nestjs/common';
import { ExportResultCode } from '@opentelemetry/core';
import { openFileLimit } from '@pacs-connectors/connector-core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { codes } from '../errors/error-codes.js';
import { coded } from '../logging/coded-message.js';

type Export = Parameters<OTLPTraceExporter['export']>;

/** Sends spans by OTLP over HTTP. It logs one line when the collector stops accepting them, and one when it accepts them again. */
export class TraceExporter extends OTLPTraceExporter {
  /** Whether the collector did not accept the last spans. */
  failing = false;

  constructor(private readonly logger: LoggerService) {
    super();
  }

  override export(spans: Export[0], done: Export[1]): void {
    super.export(spans, (result) => {
      this.report(result.code === ExportResultCode.SUCCESS, result.error);
      done(result);
    });
  }

  private report(accepted: boolean, error: unknown): void {
    if (accepted !== this.failing) return;
    this.failing = !accepted;
    if (accepted) return this.logger.warn('the collector accepts traces again');
    const limit = openFileLimit(error);
    const message = `the collector does not accept traces ${reasonOf(error)}. Remedy: ${limit?.remedy ?? REMEDY}`;
    this.logger.warn(coded(message, limit?.code ?? codes['server.traces.not-accepted']));
  }
}

const REMEDY =
  'check that the collector runs, and that OTEL_EXPORTER_OTLP_ENDPOINT is its address for OTLP over HTTP (port 4318 by default). Requests are answered as usual.';

/** Returns the reason without the message, which may contain the collector's words or the value of a header. */
function reasonOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: string | number };
  if (typeof code === 'number') return `(HTTP ${code})`;
  return code === undefined ? 'in time' : `(${code})`;
}
