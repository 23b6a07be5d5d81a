import { type ErrorCode } from '@pacs-connectors/connector-core';
import { codes } from './error-codes.js';

/** The error codes for which a server cannot listen, by the error code of Node.js. */
const LISTEN_CODES: Record<string, ErrorCode> = {
  EADDRINUSE: codes['server.start.port-in-use'],
  EACCES: codes['server.start.port-not-permitted'],
  EADDRNOTAVAIL: codes['server.start.host-invalid'],
  ENOTFOUND: codes['server.start.host-invalid'],
  EAI_AGAIN: codes['server.start.host-invalid'],
};

/** Returns the error code for which a server cannot listen, given that of Node.js. */
export function listenCode(code = ''): ErrorCode {
  return LISTEN_CODES[code] ?? codes['server.start.failed'];
}
