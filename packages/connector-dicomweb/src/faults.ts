import { ConnectorError } from '@pacs-connectors/connector-core';
import { type QidoClient } from './http/qido-client.js';

/**
 * What went wrong with a search, as the ConnectorError of its connector.
 *
 * @param signal the caller's; an error after its end is the end's.
 */
export function connectorErrorOf(id: string, client: QidoClient, error: unknown, signal: AbortSignal): ConnectorError {
  if (!signal.aborted) return ConnectorError.from(id, error);
  const { delayCause } = client;
  return delayCause && (signal.reason as Error).name === 'TimeoutError'
    ? delayCause
    : ConnectorError.aborted(id, signal);
}
