import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { readConfiguration } from '@pacs-connectors/config-core';
import { AppModule } from './app.module.js';
import { type ServerOptions } from './boot/options.js';
import { findPluginModules } from './boot/plugin-packages.js';

/** Starts the server and listens. */
export async function startServer(options: ServerOptions): Promise<NestFastifyApplication> {
  const document = await readConfiguration(options.configuration);
  const pluginModules = await findPluginModules(document.plugins);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(document, pluginModules),
    new FastifyAdapter(),
    { logger: ['error', 'warn'] },
  );
  app.setGlobalPrefix(options.contextPath);
  // Ends by exit, not by the signal: exit code 0, and the process's `exit` listeners are called.
  app.enableShutdownHooks([], { useProcessExit: true });
  await app.listen(options.port, options.host);
  return app;
}
