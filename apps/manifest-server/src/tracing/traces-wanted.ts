/**
 * Whether the environment asks for traces, by the variables of OpenTelemetry's specification. Naming a collector is asking;
 * where none is named, nothing is sent to a default one.
 *
 * @returns `problem`: why they cannot be sent as asked, with the remedy
 */
export function tracesWanted(env: NodeJS.ProcessEnv): { wanted: boolean; problem?: string } {
  const value = (...names: string[]) => names.map((name) => env[name]?.trim()).find((text) => text);
  const endpoints = ENDPOINTS.filter((name) => value(name));
  const exporter = value('OTEL_TRACES_EXPORTER');
  if (value('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return { wanted: false };
  if (exporter === 'none' || (endpoints.length === 0 && !exporter)) return { wanted: false };
  const cannot = (reason: string) => ({ wanted: false, problem: `No traces are sent: ${reason}` });
  if (exporter && exporter !== 'otlp')
    return cannot('OTEL_TRACES_EXPORTER is neither otlp nor none. Remedy: set it to otlp.');
  const protocol = value('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol && protocol !== 'http/protobuf')
    return cannot(
      "OTEL_EXPORTER_OTLP_PROTOCOL is not http/protobuf, which is all that is spoken here. Remedy: set it so, and the endpoint to the collector's port for it, 4318 most often.",
    );
  // The library would repeat it in the log, and fall back to a collector of its own choice.
  const wrong = endpoints.find((name) => !isHttpUrl(value(name) ?? ''));
  if (wrong) return cannot(`${wrong} is no URL. Remedy: set it to one such as http://collector:4318.`);
  return { wanted: true };
}

const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
