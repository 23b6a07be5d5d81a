import { type Server } from 'node:http';
import { Logger } from '@nestjs/common';
import { currentOpenFileLimit } from '@pacs-connectors/connector-core';
import { describeUnexpected } from '../logging/describe-unexpected.js';

/** How often it is looked whether files can be opened, milliseconds. */
const LOOK_EVERY_MS = 1000;

const logger = new Logger('Lifecycle');

/**
 * Logs when this process can open no more files or connections, and when it can again. Nothing else reports it: Node.js closes
 * new connections silently then. An error of the listening `server` is logged, and does not end the process.
 */
export function watchOpenFiles(server: Server): void {
  let exhausted = false;
  const timer = setInterval(() => {
    const limit = currentOpenFileLimit();
    if (limit && !exhausted)
      logger.error(`new connections are refused and archives cannot be asked: ${limit.message}. ${limit.remedy}`);
    if (!limit && exhausted) logger.log('files and connections can be opened again');
    exhausted = limit !== undefined;
  }, LOOK_EVERY_MS).unref();
  server.on('error', (error) => logger.error(`a connection could not be accepted: ${describeUnexpected(error)}`));
  server.once('close', () => clearInterval(timer));
}
