import { type ConnectorError } from '@pacs-connectors/connector-core';
import { StatusError } from './status-error.js';

/** The longest `Retry-After` that the connector waits for, milliseconds. */
const LONGEST_WAIT = 60_000;

/**
 * Returns how long to wait before a query is repeated, milliseconds. It is the time of `Retry-After` (RFC 9110 10.2.3). Otherwise
 * it is a short random time, so that many callers do not return at once. Returns `undefined` if a repetition cannot help.
 */
export function retryDelay(error: ConnectorError, connectionBroke: boolean): number | undefined {
  const jitter = 50 + Math.random() * 200;
  if (!(error instanceof StatusError)) return connectionBroke ? jitter : undefined;
  if (error.status !== 429 && (error.status < 500 || error.status === 501 || error.status === 505)) return undefined;
  const requested = error.retryAfter === undefined ? 0 : retryAfterMs(error.retryAfter);
  return requested > LONGEST_WAIT ? undefined : requested + jitter;
}

function retryAfterMs(value: string): number {
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
