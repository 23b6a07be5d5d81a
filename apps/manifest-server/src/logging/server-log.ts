import { type Writable } from 'node:stream';
import { type LoggerService } from '@nestjs/common';
import { type Logger, pino, stdTimeFunctions } from 'pino';
import { currentRequest } from './request-context.js';

/**
 * The server's log: a line of JSON for each event, with the names of the request on whose way it happened; readable lines
 * on a terminal.
 */
export async function createLog(output: Writable & { isTTY?: boolean } = process.stdout): Promise<Logger> {
  const options = {
    base: undefined,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (level: string) => ({ level }) },
    // A copy: pino adds to it what the line says.
    mixin: () => ({ ...currentRequest() }),
  };
  if (!output.isTTY) return pino(options, output);
  const { default: pretty } = await import('pino-pretty');
  return pino(
    options,
    pretty({ destination: output, colorize: true, translateTime: 'SYS:HH:MM:ss', singleLine: true }),
  );
}

/** Whose `log` is for operators, by the name that the class gave its logger. */
const OWN: ReadonlySet<unknown> = new Set(['Configuration', 'Lifecycle']);

/** What Nest and our own classes say through Nest's `Logger`. What the framework tells of itself is for debugging. */
export class NestLog implements LoggerService {
  constructor(private readonly pino: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write(OWN.has(rest.at(-1)) ? 'info' : 'debug', message, rest);
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

  /** Nest gives the name of whoever speaks last. */
  private write(level: 'debug' | 'info' | 'warn' | 'error' | 'fatal', message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    this.pino[level](typeof context === 'string' ? { context } : {}, String(message));
  }
}
