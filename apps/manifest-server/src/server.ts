import 'reflect-metadata';
import { type Writable } from 'node:stream';
import { type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { readConfiguration } from '@pacs-connectors/config-core';
import { AppModule, ROOMS } from './app.module.js';
import { readContextPath, type ServerOptions } from './boot/options.js';
import { findPluginModules } from './boot/plugin-packages.js';
import { ServerConfiguration } from './boot/server-configuration.js';
import { listenError } from './boot/start-error.js';
import { AddressList } from './http/address-list.js';
import { createFastify } from './http/fastify.js';
import { serveApiDescription } from './http/openapi.js';
import { createLog, NestLog } from './logging/server-log.js';

/**
 * Reads the configuration, starts the server and listens. The server reloads the configuration when its files change.
 *
 * @throws StartError, or config-core's ConfigurationError, if it cannot serve: no connector is usable, the port is in use.
 */
export async function startServer(options: ServerOptions): Promise<NestFastifyApplication> {
  const document = await readConfiguration(options.configuration);
  const { modules, problems } = await findPluginModules(document.plugins);
  return serve(new ServerConfiguration(document, problems), modules, options);
}

/**
 * Starts the server with a given configuration and given plug-ins, and listens.
 *
 * @param logTo default: standard output
 * @throws StartError
 */
export async function serve(
  configuration: ServerConfiguration,
  pluginModules: readonly Type[],
  options: ServerOptions,
  logTo?: Writable,
  rooms: readonly Type[] = ROOMS,
): Promise<NestFastifyApplication> {
  const log = await createLog(logTo);
  configuration.onApplied(({ logging }) => (log.level = logging.minimumLevel));
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot({ configuration, options, pluginModules, log, rooms }),
    createFastify(trustedProxies(configuration)),
    // HttpModule reads bodies.
    { logger: new NestLog(log), abortOnError: false, bodyParser: false },
  );
  try {
    const { server } = configuration.global;
    configuration.contextPath = options.contextPath ?? readContextPath(server.contextPath ?? '');
    app.setGlobalPrefix(configuration.contextPath);
    await serveApiDescription(app);
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

/** Returns whether `server.trusted-proxies` contains an address. Only requests call it, so the configuration is checked by then. */
function trustedProxies(configuration: ServerConfiguration): (address: string) => boolean {
  const proxies = configuration.derived(({ server }) => new AddressList(server.trustedProxies));
  return (address) => proxies().has(address);
}

/** Address of a started server, with its context path. */
export async function addressOf(app: NestFastifyApplication): Promise<string> {
  return (await app.getUrl()) + app.get(ServerConfiguration).contextPath;
}
