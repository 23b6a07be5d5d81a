import { ConnectorError } from '@pacs-connectors/connector-core';
import { type QidoClient } from './http/qido-client.js';

/**
 * Returns the ConnectorError for what a search threw.
 *
 * @param signal the caller's signal. After its end, the error says why it ended.
 */
export function connectorErrorOf(id: string, client: QidoClient, error: unknown, signal: AbortSignal): ConnectorError {
  const reason: unknown = signal.aborted ? signal.reason : error;
  const isTimeout = reason instanceof DOMException && reason.name === 'TimeoutError';
  if (isTimeout && client.delayCause) return client.delayCause;
  if (signal.aborted) return ConnectorError.aborted(id, signal);
  return isTimeout ? ConnectorError.aborted(id, AbortSignal.abort(reason)) : ConnectorError.from(id, error);
}
