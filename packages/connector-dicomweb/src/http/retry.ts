import { type ConnectorError } from '@pacs-connectors/connector-core';
import { StatusError } from './status-error.js';

/** A server that asks for more patience than this, milliseconds, is not asked again. */
const LONGEST_WAIT = 60_000;

/**
 * How long to wait before a question is asked a second time, milliseconds: as `Retry-After` tells (RFC 9110 10.2.3), else a
 * short time that differs, so that many callers do not come back at once. Undefined where a second time cannot help.
 */
export function retryDelay(error: ConnectorError, connectionBroke: boolean): number | undefined {
  const jitter = 50 + Math.random() * 200;
  if (!(error instanceof StatusError)) return connectionBroke ? jitter : undefined;
  if (error.status !== 429 && (error.status < 500 || error.status === 501 || error.status === 505)) return undefined;
  const asked = error.retryAfter === undefined ? 0 : retryAfterMs(error.retryAfter);
  return asked > LONGEST_WAIT ? undefined : asked + jitter;
}

function retryAfterMs(value: string): number {
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
