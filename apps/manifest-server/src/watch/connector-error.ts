import { Logger } from '@nestjs/common';
import { ConnectorError, type ConnectorErrorKind } from '@pacs-connectors/connector-core';
import { describeUnexpected } from '../logging/describe-unexpected.js';

const logger = new Logger('Connectors');

/**
 * Any value that a connector threw as a ConnectorError. What is none comes from a fault in the connector: its message may
 * hold anything, so only the log gets what can be told of it.
 *
 * @param signal the one that the question was asked with
 */
export function connectorError(id: string, error: unknown, signal: AbortSignal): ConnectorError {
  if (error instanceof ConnectorError) return error;
  if (isConnectorErrorOfAnotherCopy(error))
    return new ConnectorError(id, error.kind, error.message, {
      remedy: error.remedy,
      tokenNeeded: error.tokenNeeded,
      cause: error,
    });
  if (signal.aborted) return ConnectorError.aborted(id, signal);
  logger.error(`connector ${id} failed in a way it should not: ${describeUnexpected(error)}`);
  return new ConnectorError(id, 'protocol', 'an unexpected error happened while the archive was asked', {
    remedy: "The server's log says where; tell it to whoever maintains the connector.",
    cause: error,
  });
}

/** A plug-in may bring its own copy of connector-core, whose classes are not ours. */
function isConnectorErrorOfAnotherCopy(error: unknown): error is ConnectorError {
  return error instanceof Error && error.name === 'ConnectorError' && KINDS.has((error as ConnectorError).kind);
}

const KINDS: ReadonlySet<ConnectorErrorKind> = new Set([
  'unavailable',
  'timeout',
  'refused',
  'misconfigured',
  'protocol',
  'cancelled',
]);
