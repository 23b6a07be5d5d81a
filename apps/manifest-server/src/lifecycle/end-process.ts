import { constants } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { describeUnexpected } from '../logging/describe-unexpected.js';
import { Lifecycle } from './lifecycle.service.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** npm passes on a signal that the terminal has sent already: what comes within this time is the same one, milliseconds. */
const SAME_SIGNAL_MS = 500;

const logger = new Logger('Lifecycle');

/**
 * Ends the process well when it is asked to: it says that it is not ready, goes on serving for `shutdown.delay`, takes no more
 * requests, finishes those under way, releases the archives' connections, and exits with 0; with 1 where that takes longer
 * than `shutdown.timeout`. A second signal ends it at once.
 */
export function endBySignals(app: NestFastifyApplication): void {
  let askedAt: number | undefined;
  const asked = (signal: NodeJS.Signals) => {
    if (askedAt === undefined) {
      askedAt = performance.now();
      logger.log(`${signal}: the server ends after shutdown.delay, once what is under way is finished`);
      void endWell(app);
    } else if (performance.now() - askedAt > SAME_SIGNAL_MS) {
      logger.warn(`${signal} came again: the server ends at once`);
      process.exit(128 + constants.signals[signal]);
    }
  };
  for (const signal of SIGNALS) process.on(signal, asked);
}

async function endWell(app: NestFastifyApplication): Promise<void> {
  const { delayMs, timeoutMs } = app.get(ServerConfiguration).global.shutdown;
  app.get(Lifecycle).end();
  await pause(delayMs);
  const late = pause(timeoutMs, 'late' as const);
  const end = await Promise.race([close(app), late]);
  if (end === 'late')
    logger.error(`requests under way were cut off after shutdown.timeout (${timeoutMs / 1000} s); the server ends`);
  process.exit(end === 'closed' ? 0 : 1);
}

async function close(app: NestFastifyApplication): Promise<'closed' | 'failed'> {
  try {
    await app.close();
    return 'closed';
  } catch (error) {
    logger.error(`the server could not be closed: ${describeUnexpected(error)}`);
    return 'failed';
  }
}

/** An error that nobody caught leaves the process in a state that nobody knows: it ends, and its last line says why. */
export function endByUncaughtErrors(): void {
  process.on('uncaughtException', (error: unknown) => {
    const last = `the server ends because of an error that nobody caught: ${describeUnexpected(error)}`;
    logger.fatal(last);
    // What a terminal shows is written later, when the process is gone.
    if (process.stdout.isTTY) console.error(last);
    process.exit(1);
  });
}
