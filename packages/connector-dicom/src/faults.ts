import { ConnectorError, type ErrorCode } from '@pacs-connectors/connector-core';
import { type AssociationPool } from './dimse/association-pool.js';
import { DimseError } from './dimse/dimse-error.js';
import { codes } from './errors/error-codes.js';

/** The archive that a fault is about. */
export interface FaultContext {
  /** `host:port`. */
  place: string;
  pool: AssociationPool;
  /** When the query started, and when it must end, on the clock of `performance.now()`. */
  start: number;
  deadline?: number;
}

/**
 * Returns the fault of a query as the ConnectorError of its connector.
 *
 * @param signal of the caller. Once it has ended the query, its reason decides, whatever the error is.
 */
export function connectorErrorOf(
  id: string,
  { place, pool, start, deadline = performance.now() }: FaultContext,
  error: unknown,
  signal: AbortSignal,
): ConnectorError {
  const end = signal.aborted ? ConnectorError.aborted(id, signal) : undefined;
  if (end && end.kind !== 'timeout') return end;
  if (end ?? (error instanceof DimseError && error.code === codes['dicom.query.deadline-passed'])) {
    const seconds = Math.round((deadline - start) / 100) / 10;
    const code = pool.lastResponseAt >= start ? 'dicom.query.deadline-passed' : 'dicom.query.unanswered';
    const what = code === 'dicom.query.unanswered' ? 'nothing was heard from' : 'no complete answer from';
    return timeoutError(id, pool, code, `${what} ${place} within ${seconds} s`, error);
  }
  if (!(error instanceof DimseError)) return ConnectorError.from(id, error);
  const { kind, code, message, remedy } = error;
  return new ConnectorError(id, kind, message, { code, remedy, cause: error });
}

const REMEDIES = {
  'dicom.query.deadline-passed': 'Search for less, or raise timeout of this connector if the archive is slow.',
  'dicom.query.unanswered':
    'Check whether the archive runs or hangs, and that no firewall is in between. If it is slow, raise timeout of this connector.',
  'dicom.echo.timeout':
    'Check whether the archive runs, hangs or is overloaded, and that no firewall is in between. echo-timeout sets the time.',
} as const;

/** Returns the error of a query whose time is over. If the archive accepts no more associations, the error says so. */
export function timeoutError(
  id: string,
  { congestion }: AssociationPool,
  code: keyof typeof REMEDIES,
  message: string,
  cause: unknown,
): ConnectorError {
  if (congestion) {
    return new ConnectorError(id, 'timeout', `${message}: ${congestion.message}`, {
      code: congestion.code,
      remedy: congestion.remedy,
      cause: congestion,
    });
  }
  return new ConnectorError(id, 'timeout', message, { code: codes[code], remedy: REMEDIES[code], cause });
}

/** Returns whether an archive may have ended the negotiation because of SOP Class Extended Negotiation. */
export function mayBeExtendedNegotiation(error: unknown): boolean {
  const reasons: ErrorCode[] = [
    codes['dicom.association.aborted'],
    codes['dicom.association.unanswered'],
    codes['dicom.association.rejected'],
    codes['dicom.connection.lost'],
  ];
  return error instanceof DimseError && reasons.includes(error.code);
}
