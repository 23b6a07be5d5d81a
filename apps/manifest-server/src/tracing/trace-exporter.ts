import { type LoggerService } from '@nestjs/common';
import { ExportResultCode } from '@opentelemetry/core';
import { openFileLimit } from '@pacs-connectors/connector-core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';

type Export = Parameters<OTLPTraceExporter['export']>;

/** OTLP over HTTP; a collector that takes nothing costs one line of the log, and one when it takes again. */
export class TraceExporter extends OTLPTraceExporter {
  /** Whether the collector took nothing when it was last asked to. */
  failing = false;

  constructor(private readonly logger: LoggerService) {
    super();
  }

  override export(spans: Export[0], done: Export[1]): void {
    super.export(spans, (result) => {
      this.note(result.code === ExportResultCode.SUCCESS, result.error);
      done(result);
    });
  }

  private note(taken: boolean, error: unknown): void {
    if (taken !== this.failing) return;
    this.failing = !taken;
    const remedy = openFileLimit(error)?.remedy ?? REMEDY;
    this.logger.warn(taken ? 'traces are taken again' : `traces are not taken ${reasonOf(error)}. Remedy: ${remedy}`);
  }
}

const REMEDY =
  'see that the collector runs, and that OTEL_EXPORTER_OTLP_ENDPOINT is its address for OTLP over HTTP (port 4318 most often). Requests are answered all the same.';

/** Its message may repeat what the collector said, or a header's value. */
function reasonOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: string | number };
  if (typeof code === 'number') return `(HTTP ${code})`;
  return code === undefined ? 'in time' : `(${code})`;
}
