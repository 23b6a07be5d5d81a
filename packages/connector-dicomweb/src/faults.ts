import { ConnectorError } from '@pacs-connectors/connector-core';
import { type QidoClient } from './http/qido-client.js';

/**
 * Returns the ConnectorError for what a search threw.
 *
 * @param signal the caller's signal. After its end, the error says why it ended.
 */
export function connectorErrorOf(id: string, client: QidoClient, error: unknown, signal: AbortSignal): ConnectorError {
  if (!signal.aborted) return ConnectorError.from(id, error);
  const { delayCause } = client;
  return delayCause && (signal.reason as Error).name === 'TimeoutError'
    ? delayCause
    : ConnectorError.aborted(id, signal);
}
