import { Logger } from '@nestjs/common';
import { ConnectorError } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';
import { coded } from '../logging/coded-message.js';
import { describeUnexpected } from '../logging/describe-unexpected.js';

const logger = new Logger('Connectors');

/**
 * Returns any value that a connector threw as a ConnectorError. Other errors are faults in the connector. Their messages may
 * contain anything, so only the log describes them.
 *
 * @param signal the signal of the request to the connector
 */
export function connectorError(id: string, error: unknown, signal: AbortSignal): ConnectorError {
  if (error instanceof ConnectorError) return error;
  if (signal.aborted) return ConnectorError.aborted(id, signal);
  const code = codes['server.archive.unexpected-error'];
  logger.error(coded(`connector ${id} failed with an unexpected error: ${describeUnexpected(error)}`, code));
  return new ConnectorError(id, 'protocol', 'an unexpected error happened while the archive was asked', {
    code,
    remedy: "The server's log says where; report it to the maintainer of the connector.",
    cause: error,
  });
}
