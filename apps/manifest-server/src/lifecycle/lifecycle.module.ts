import { type Server } from 'node:http';
import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Lifecycle } from './lifecycle.service.js';
import { watchOpenFiles } from './open-files.js';

/** Knows whether the server is shutting down, and reports when it can open no more files. */
@Module({ providers: [Lifecycle], exports: [Lifecycle] })
export class LifecycleModule implements OnApplicationBootstrap {
  constructor(private readonly host: HttpAdapterHost) {}

  onApplicationBootstrap(): void {
    const server = this.host.httpAdapter.getHttpServer() as Server;
    // Errors before that are those of a start that fails.
    server.once('listening', () => watchOpenFiles(server));
  }
}
