import 'reflect-metadata';
import { type Writable } from 'node:stream';
import { Logger, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { readConfiguration } from '@pacs-connectors/config-core';
import { ConnectorRegistry } from '@pacs-connectors/connector-core';
import { AppModule } from './app.module.js';
import { readContextPath, type ServerOptions } from './boot/options.js';
import { findPluginModules } from './boot/plugin-packages.js';
import { ServerConfiguration } from './boot/server-configuration.js';
import { indent, listenError, StartError } from './boot/start-error.js';
import { AddressList } from './http/address-list.js';
import { readBodies } from './http/bodies.js';
import { createFastify } from './http/fastify.js';
import { serveApiDescription } from './http/openapi.js';
import { ProblemFilter } from './http/problem.filter.js';
import { LoggedIdentifiers } from './logging/identifiers.js';
import { watchOpenFiles } from './lifecycle/open-files.js';
import { logManifest } from './manifest/manifest-log.js';
import { nameRequests } from './logging/request-context.js';
import { createLog, NestLog } from './logging/server-log.js';
import { BuiltManifests } from './manifest/built-manifests.service.js';
import { Metrics } from './metrics/metrics.service.js';
import { ConfigurationReload } from './reload/configuration-reload.service.js';
import { PARAMETER_NAMES } from './search/parameter-names.js';
import { Traces } from './tracing/traces.service.js';

const logger = new Logger('Configuration');

/**
 * Starts the server and listens; from then on it follows the files of its configuration.
 *
 * @throws StartError, or config-core's ConfigurationError, where it cannot serve: no connector is usable, the port is taken.
 */
export async function startServer(options: ServerOptions): Promise<NestFastifyApplication> {
  const document = await readConfiguration(options.configuration);
  const plugins = await findPluginModules(document.plugins);
  const app = await serve(new ServerConfiguration(document, plugins.problems), plugins.modules, options);
  app.get(ConfigurationReload).follow(options);
  return app;
}

/**
 * The same with the plug-ins at hand.
 *
 * @throws StartError
 */
export async function serve(
  configuration: ServerConfiguration,
  pluginModules: Type[],
  options: Omit<ServerOptions, 'configuration'>,
  logTo?: Writable,
): Promise<NestFastifyApplication> {
  const log = await createLog(logTo);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(configuration, pluginModules),
    createFastify(proxiesOf(configuration)),
    { logger: new NestLog(log), abortOnError: false },
  );
  try {
    requireUsable(app.get(ConnectorRegistry), configuration);
    const setLevel = () => (log.level = configuration.global.logging.minimumLevel);
    setLevel();
    app.get(ConfigurationReload).onTaken(setLevel);
    const identifiers = new LoggedIdentifiers(() => configuration.global.logging);
    app.get(BuiltManifests).onBuilt((report) => logManifest(log, identifiers, report));
    const fastify = app.getHttpAdapter().getInstance();
    nameRequests(fastify);
    app.get(Metrics).observe(fastify);
    const { server } = configuration.global;
    const contextPath = options.contextPath ?? readContextPath(server.contextPath ?? '');
    configuration.contextPath = contextPath;
    await app.get(Traces).observe(fastify);
    app.setGlobalPrefix(contextPath);
    app.useGlobalFilters(new ProblemFilter(contextPath, PARAMETER_NAMES));
    for (const problem of [...configuration.problems, ...app.get(ConnectorRegistry).warnings]) logger.warn(problem);
    readBodies(app, configuration.global.cache.maxUploadMib * 1024 * 1024);
    await serveApiDescription(app);
    const host = options.host ?? server.address ?? '127.0.0.1';
    const port = options.port ?? server.port ?? 8080;
    await app.listen(port, host).catch((error: NodeJS.ErrnoException) => {
      throw listenError(error, host, port);
    });
    watchOpenFiles(fastify.server);
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** Whether `server.trusted-proxies` holds an address; asked once the configuration is checked. */
function proxiesOf(configuration: ServerConfiguration): (address: string) => boolean {
  const proxies = configuration.derived(({ server }) => new AddressList(server.trustedProxies));
  return (address) => proxies().has(address);
}

/** @throws StartError with everything that is wrong, where a guard is broken or nobody is left to ask. */
function requireUsable(registry: ConnectorRegistry, { problems, fatalProblems }: ServerConfiguration): void {
  if (fatalProblems.length > 0)
    throw new StartError(`These keys guard the server, so it does not start without them:\n${indent(fatalProblems)}`);
  if (registry.connectors.length > 0) return;
  const leftOut = registry.leftOut.flatMap(({ id, reasons }) =>
    reasons.filter((reason) => !problems.includes(reason)).map((reason) => `connector ${id}: ${reason}`),
  );
  throw new StartError(`No connector can be used, so there is nothing to serve:\n${indent([...problems, ...leftOut])}`);
}

/** Address of a started server, with its context path. */
export async function addressOf(app: NestFastifyApplication): Promise<string> {
  return (await app.getUrl()) + app.get(ServerConfiguration).contextPath;
}
