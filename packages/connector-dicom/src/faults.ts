import { ConnectorError } from '@pacs-connectors/connector-core';
import { type AssociationPool } from './dimse/association-pool.js';
import { DimseError } from './dimse/dimse-error.js';

/** The archive that a fault is about. */
export interface FaultContext {
  /** `host:port`. */
  place: string;
  pool: AssociationPool;
}

/**
 * What went wrong with a query, as the ConnectorError of its connector.
 *
 * @param signal the caller's; an error after its end is the end's.
 * @param start when the query started, on the clock of `performance.now()`.
 */
export function connectorErrorOf(
  id: string,
  { place, pool }: FaultContext,
  error: unknown,
  signal: AbortSignal,
  start: number,
): ConnectorError {
  if (signal.aborted) {
    const end = ConnectorError.aborted(id, signal);
    if (end.kind !== 'timeout') return end;
    if (pool.congestion) return timeoutError(id, pool, end.message, error);
    if (pool.lastResponseAt >= start) return end;
    return timeoutError(id, pool, `nothing was heard of ${place} before the deadline`, error, true);
  }
  if (!(error instanceof DimseError)) return ConnectorError.from(id, error);
  return new ConnectorError(id, error.kind, error.message, { remedy: error.remedy, cause: error });
}

/**
 * The error of a query whose time is over. It says so where the archive accepted no more associations.
 *
 * @param silent nothing was received from the archive since the query started.
 */
export function timeoutError(
  id: string,
  { congestion }: AssociationPool,
  message: string,
  cause: unknown,
  silent = false,
): ConnectorError {
  if (congestion) {
    return new ConnectorError(id, 'timeout', `${message}: ${congestion.message}`, {
      remedy: congestion.remedy,
      cause: congestion,
    });
  }
  const remedy = silent
    ? 'See whether the archive runs, whether it hangs, and whether a firewall stands between.'
    : 'See whether the archive is overloaded.';
  return new ConnectorError(id, 'timeout', message, { remedy, cause });
}
