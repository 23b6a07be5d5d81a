import { type DynamicModule, Module } from '@nestjs/common';
import { type Logger } from 'pino';

/** Injection token of the server's log. */
export const LOG = Symbol('pacs-connectors.Log');

/** Provides the server's log to every room, for lines that have fields of their own. */
@Module({})
export class LoggingModule {
  static forRoot(log: Logger): DynamicModule {
    return { module: LoggingModule, global: true, providers: [{ provide: LOG, useValue: log }], exports: [LOG] };
  }
}
