import { constants } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { withCode } from '@pacs-connectors/connector-core';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { codes } from '../errors/error-codes.js';
import { coded } from '../logging/coded-message.js';
import { describeUnexpected } from '../logging/describe-unexpected.js';
import { Lifecycle } from './lifecycle.service.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** npm repeats a signal that the terminal has already sent. A signal within this time is a repetition, milliseconds. */
const REPEATED_SIGNAL_MS = 500;

const logger = new Logger('Lifecycle');

/**
 * Shuts the server down on SIGTERM or SIGINT: readiness fails, requests are accepted for `shutdown.delay`, running requests finish,
 * and the archives' connections are closed. The exit code is 0, or 1 if this takes longer than `shutdown.timeout`. A second
 * signal ends the process at once.
 */
export function endBySignals(app: NestFastifyApplication): void {
  let firstAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      logger.log(`${signal}: the server shuts down after shutdown.delay, once running requests have finished`);
      void shutDown(app);
    } else if (performance.now() - firstAt > REPEATED_SIGNAL_MS) {
      logger.warn(`a second ${signal}: the server ends at once`);
      process.exit(128 + constants.signals[signal]);
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

async function shutDown(app: NestFastifyApplication): Promise<void> {
  const { delayMs, timeoutMs } = app.get(ServerConfiguration).global.shutdown;
  app.get(Lifecycle).startShutdown();
  await pause(delayMs);
  const end = await Promise.race([close(app), pause(timeoutMs, 'timeout' as const)]);
  if (end === 'timeout') {
    const message = `running requests were aborted after shutdown.timeout (${timeoutMs / 1000} s). Set it to more than the longest search takes`;
    logger.error(coded(message, codes['server.shutdown.timeout']));
  }
  process.exit(end === 'closed' ? 0 : 1);
}

async function close(app: NestFastifyApplication): Promise<'closed' | 'failed'> {
  try {
    await app.close();
    return 'closed';
  } catch (error) {
    logger.error(
      coded(`the server could not be closed: ${describeUnexpected(error)}`, codes['server.shutdown.failed']),
    );
    return 'failed';
  }
}

/** Ends the process after an uncaught error, since its state is unknown then. The last line of the log says where it happened. */
export function endByUncaughtErrors(): void {
  process.on('uncaughtException', (error: unknown) => {
    const message = `the server ends because of an uncaught error: ${describeUnexpected(error)}`;
    logger.fatal(coded(message, codes['server.internal-error']));
    // The readable log of a terminal is written asynchronously, which is too late.
    if (process.stdout.isTTY) console.error(withCode(message, codes['server.internal-error']));
    process.exit(1);
  });
}
