/** What the environment says about traces. */
export interface TraceSettings {
  enabled: boolean;
  /** Why traces cannot be sent as configured, and the remedy. */
  problem?: string;
}

/**
 * Reads whether the environment enables traces, by the variables of OpenTelemetry's specification. Naming a collector enables
 * them. There is no default collector.
 */
export function readTraceSettings(env: NodeJS.ProcessEnv): TraceSettings {
  const value = (...names: string[]) => names.map((name) => env[name]?.trim()).find((text) => text);
  const endpoints = ENDPOINTS.filter((name) => value(name));
  const exporter = value('OTEL_TRACES_EXPORTER');
  if (value('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return { enabled: false };
  if (exporter === 'none' || (endpoints.length === 0 && !exporter)) return { enabled: false };
  if (exporter && exporter !== 'otlp')
    return invalid('OTEL_TRACES_EXPORTER is neither otlp nor none. Remedy: set it to otlp.');
  const protocol = value('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol && protocol !== 'http/protobuf')
    return invalid(
      'OTEL_EXPORTER_OTLP_PROTOCOL is not http/protobuf, the only supported protocol. Remedy: set it to http/protobuf, and the endpoint to the port of the collector for it (4318 by default).',
    );
  // The library would log the value, and use its own default collector.
  const wrong = endpoints.find((name) => !isHttpUrl(value(name) ?? ''));
  if (wrong) return invalid(`${wrong} is not a URL. Remedy: set it to one such as http://collector:4318.`);
  return { enabled: true };
}

const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];

function invalid(reason: string): TraceSettings {
  return { enabled: false, problem: `No traces are sent: ${reason}` };
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
