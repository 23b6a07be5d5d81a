import { ConfigurationError } from '@pacs-connectors/config-core';
import { openFileLimit } from '@pacs-connectors/connector-core';
import { describeUnexpected } from '../logging/describe-unexpected.js';

/** Why the server does not start, in words for whoever starts it. */
export class StartError extends Error {}

/** What is printed where the server does not start: lines for people, without a stack. */
export function describeStartError(error: unknown): string {
  if (error instanceof StartError) return error.message;
  if (error instanceof ConfigurationError)
    return `The configuration cannot be used:\n${indent(error.message.split('\n'))}`;
  const limit = openFileLimit(error);
  if (limit) return `The server cannot start: ${limit.message}. Remedy: ${limit.remedy}`;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code?.startsWith('ERR_PARSE_ARGS')) return `${message}\n${USAGE}`;
  return `The server cannot start: ${describeUnexpected(error)}`;
}

/** The error of a listener that could not be opened. */
export function listenError(error: NodeJS.ErrnoException, host: string, port: number): unknown {
  const reason = LISTEN_ERRORS[error.code ?? ''];
  return reason ? new StartError(`Cannot listen on ${host}, port ${port}: ${reason}`) : error;
}

const LISTEN_ERRORS: Record<string, string> = {
  EADDRINUSE: 'another program listens there. Remedy: end it, or choose another port with PORT or --port.',
  EACCES: 'this user may not use that port. Remedy: choose one from 1024 up with PORT or --port.',
  EADDRNOTAVAIL:
    'that is no address of this machine. Remedy: set HOST or --host to one that is, or to 0.0.0.0 for all.',
  ENOTFOUND: 'that name cannot be resolved. Remedy: set HOST or --host to an address of this machine.',
  EAI_AGAIN: 'that name cannot be resolved. Remedy: set HOST or --host to an address of this machine.',
};

const USAGE =
  'Flags: --connectors-config FILE[,FILE…], --port PORT, --host ADDRESS, --server-context-path PATH (as CONNECTORS_CONFIG, PORT, HOST, SERVER_CONTEXT_PATH)';

export function indent(lines: string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
