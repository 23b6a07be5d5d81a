import { ConfigurationError } from '@pacs-connectors/config-core';
import { type ErrorCode, openFileLimit, withCode } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';
import { listenCode } from '../errors/listen-codes.js';
import { describeUnexpected } from '../logging/describe-unexpected.js';

/** Says why the server does not start, in words for the operator. */
export class StartError extends Error {
  /** @param message the first line gets the code when it is printed; further lines are details. */
  constructor(
    message: string,
    readonly code: ErrorCode,
  ) {
    super(message);
  }
}

/** Returns the lines to print when the server does not start, without a stack if the error is expected. */
export function describeStartError(error: unknown): string {
  if (error instanceof StartError) return withCodeInFirstLine(error.message, error.code);
  if (error instanceof ConfigurationError) {
    const text = `The configuration cannot be used.\n${indent(error.message.split('\n'))}`;
    return withCodeInFirstLine(text, codes['server.start.configuration-invalid']);
  }
  const limit = openFileLimit(error);
  if (limit)
    return withCodeInFirstLine(`The server cannot start: ${limit.message}. Remedy: ${limit.remedy}`, limit.code);
  const { code, message } = error as NodeJS.ErrnoException;
  if (code?.startsWith('ERR_PARSE_ARGS'))
    return withCodeInFirstLine(`${message}\n${USAGE}`, codes['server.start.option-invalid']);
  return withCodeInFirstLine(`The server cannot start: ${describeUnexpected(error)}`, codes['server.start.failed']);
}

/** Adds an error code to the first line of a text. */
function withCodeInFirstLine(text: string, code: ErrorCode): string {
  const [first = '', ...more] = text.split('\n');
  return [withCode(first, code), ...more].join('\n');
}

/** Returns the error of a server that cannot listen: a StartError if the reason is known. */
export function listenError(error: NodeJS.ErrnoException, host: string, port: number): unknown {
  const reason = LISTEN_ERRORS[error.code ?? ''];
  return reason ? new StartError(`Cannot listen on ${host}, port ${port}: ${reason}`, listenCode(error.code)) : error;
}

const UNRESOLVED = 'that name cannot be resolved. Remedy: set HOST or --host to an address of this machine.';

const LISTEN_ERRORS: Record<string, string> = {
  EADDRINUSE: 'another program listens there. Remedy: end it, or choose another port with PORT or --port.',
  EACCES: 'this user may not use that port. Remedy: choose one from 1024 up with PORT or --port.',
  EADDRNOTAVAIL:
    'this machine does not have that address. Remedy: set HOST or --host to one that it has, or to 0.0.0.0 for all.',
  ENOTFOUND: UNRESOLVED,
  EAI_AGAIN: UNRESOLVED,
};

const USAGE =
  'Flags: --connectors-config FILE[,FILE…], --port PORT, --host ADDRESS, --server-context-path PATH. Variables: CONNECTORS_CONFIG, PORT, HOST, SERVER_CONTEXT_PATH.';

/** Indents lines below a heading. */
export function indent(lines: string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
