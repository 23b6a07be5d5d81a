import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { readConfiguration } from '@pacs-connectors/config-core';
import { ConnectorRegistry } from '@pacs-connectors/connector-core';
import { AppModule } from './app.module.js';
import { readContextPath, type ServerOptions } from './boot/options.js';
import { findPluginModules } from './boot/plugin-packages.js';
import { ServerConfiguration } from './boot/server-configuration.js';
import { indent, listenError, StartError } from './boot/start-error.js';
import { createFastify } from './http/fastify.js';
import { serveApiDescription } from './http/openapi.js';
import { ProblemFilter } from './http/problem.filter.js';

/**
 * Starts the server and listens.
 *
 * @throws StartError, or config-core's ConfigurationError, where it cannot serve: no connector is usable, the port is taken.
 */
export async function startServer(options: ServerOptions): Promise<NestFastifyApplication> {
  const document = await readConfiguration(options.configuration);
  const plugins = await findPluginModules(document.plugins);
  const configuration = new ServerConfiguration(document, plugins.problems);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(configuration, plugins.modules),
    createFastify(),
    { logger: ['error', 'warn'], abortOnError: false },
  );
  try {
    requireConnectors(app.get(ConnectorRegistry), configuration);
    const { server } = configuration;
    const contextPath = options.contextPath ?? readContextPath(server.contextPath ?? '');
    configuration.contextPath = contextPath;
    app.setGlobalPrefix(contextPath);
    app.useGlobalFilters(new ProblemFilter(contextPath));
    await serveApiDescription(app);
    app.enableShutdownHooks(undefined, { useProcessExit: true });
    const host = options.host ?? server.address ?? '127.0.0.1';
    const port = options.port ?? server.port ?? 8080;
    await app.listen(port, host).catch((error: NodeJS.ErrnoException) => {
      throw listenError(error, host, port);
    });
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** A configuration that leaves nobody to ask is an error. @throws StartError with everything that is wrong */
function requireConnectors(registry: ConnectorRegistry, configuration: ServerConfiguration): void {
  if (registry.connectors.length > 0) return;
  const leftOut = registry.leftOut.map(({ id, reasons }) => `connector ${id}: ${reasons.join('; ')}`);
  const problems = [...new Set([...configuration.problems, ...configuration.pluginProblems, ...leftOut])];
  const why =
    problems.length > 0 ? problems : ['no connector is configured; expected at least one below connector.config'];
  throw new StartError(`No connector can be used, so there is nothing to serve:\n${indent(why.join('\n'))}`);
}

/** Address of a started server, with its context path. */
export async function addressOf(app: NestFastifyApplication): Promise<string> {
  return (await app.getUrl()) + app.get(ServerConfiguration).contextPath;
}
