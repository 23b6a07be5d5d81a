import { type Server } from 'node:http';
import { Logger } from '@nestjs/common';
import { currentOpenFileLimit } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';
import { coded } from '../logging/coded-message.js';
import { describeUnexpected } from '../logging/describe-unexpected.js';

/** Time between two checks whether files can be opened, milliseconds. */
const CHECK_INTERVAL_MS = 1000;

const logger = new Logger('Lifecycle');

/**
 * Logs when this process can open no more files or connections, and when it can again. Nothing else reports it: Node.js closes
 * new connections silently then. An error of the listening `server` is logged, and does not end the process.
 */
export function watchOpenFiles(server: Server): void {
  let exhausted = false;
  const timer = setInterval(() => {
    const limit = currentOpenFileLimit();
    if (limit && !exhausted) {
      const message = `new connections are refused and archives cannot be searched: ${limit.message}. ${limit.remedy}`;
      logger.error(coded(message, limit.code));
    }
    if (!limit && exhausted) logger.log('files and connections can be opened again');
    exhausted = limit !== undefined;
  }, CHECK_INTERVAL_MS).unref();
  server.on('error', (error) => {
    const message = `a connection could not be accepted: ${describeUnexpected(error)}`;
    logger.error(coded(message, codes['server.connection.not-accepted']));
  });
  server.once('close', () => clearInterval(timer));
}
