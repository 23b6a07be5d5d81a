import { type Logger } from 'pino';
import { type BuildReport, type PartReport } from './built-manifests.service.js';
import { type LoggedIdentifiers } from '../logging/identifiers.js';

/** Logs one line for a manifest: the search, and how each archive answered. */
export function logManifest(log: Logger, identifiers: LoggedIdentifiers, report: BuildReport): void {
  const { outcome, durationMs, criteria, parts } = report;
  const level = outcome === 'incomplete' || outcome === 'failed' ? 'warn' : 'info';
  log[level](
    { outcome, durationMs: Math.round(durationMs), asked: identifiers.of(criteria), parts: parts.map(rounded) },
    'manifest',
  );
}

function rounded(part: PartReport): PartReport {
  return { ...part, durationMs: Math.round(part.durationMs) };
}
