import { Writable } from 'node:stream';
import { type LoggerService } from '@nestjs/common';
import { type ErrorCode, isErrorCode } from '@pacs-connectors/connector-core';
import { type Logger, pino, stdTimeFunctions } from 'pino';
import { listenCode } from '../errors/listen-codes.js';
import { CodedMessage } from './coded-message.js';
import { LogOutput } from './log-output.js';
import { currentRequest } from './request-context.js';

/**
 * Creates the server's log. It writes one line of JSON for each event, with the ids of the current request. On a terminal, it
 * writes readable lines.
 */
export async function createLog(output: Writable & { isTTY?: boolean } = process.stdout): Promise<Logger> {
  const options = {
    base: undefined,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (level: string) => ({ level }) },
    // A copy, because pino adds the fields of the line to it.
    mixin: () => ({ ...currentRequest() }),
  };
  // Warnings of Node.js and the banner go there.
  if (output === process.stdout && process.stderr.listenerCount('error') === 0)
    process.stderr.on('error', () => undefined);
  const lines = new LogOutput(output);
  if (!output.isTTY) return pino(options, lines);
  const { default: pretty } = await import('pino-pretty');
  return pino(
    options,
    pretty({ destination: asStream(lines), colorize: true, translateTime: 'SYS:HH:MM:ss', singleLine: true }),
  );
}

/** Returns a stream that writes to an output and never fails. */
function asStream(lines: LogOutput): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.write(chunk.toString());
      done();
    },
  });
}

/** Loggers whose `log` level is for operators. That of the framework is for debugging. */
const OPERATOR_CONTEXTS: ReadonlySet<unknown> = new Set(['Configuration', 'Lifecycle']);

/** Passes the messages of Nest's `Logger` to the server's log. */
export class NestLog implements LoggerService {
  constructor(private readonly pino: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write(OPERATOR_CONTEXTS.has(rest.at(-1)) ? 'info' : 'debug', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest passes the name of the logger as the last argument. */
  private write(level: 'debug' | 'info' | 'warn' | 'error' | 'fatal', message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const code =
      codeOf(message) ?? (level === 'error' && context === 'NestApplication' ? startCode(message) : undefined);
    this.pino[level]({ ...(typeof context === 'string' && { context }), ...(code && { code }) }, String(message));
  }
}

/** Returns the error code of a message or of an error. */
function codeOf(message: unknown): ErrorCode | undefined {
  const code = message instanceof CodedMessage || message instanceof Error ? (message as { code?: unknown }).code : '';
  return isErrorCode(code) ? code : undefined;
}

/** Returns the error code of what Nest says if it cannot listen: `Error: listen EADDRINUSE: …`. */
function startCode(message: unknown): ErrorCode {
  return listenCode(/^Error: \w+ (E[A-Z_]+)/.exec(String(message))?.[1]);
}
