import { Module } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, NestFactory } from '@nestjs/core';
import { type ConnectorPlugin } from '@pacs-connectors/connector-core';
import { discoverPlugins } from '@pacs-connectors/connector-core/nestjs';
import { findPluginModules } from './plugin-packages.js';

@Module({})
class PluginsOnly {}

/** Returns the plug-ins that the server would find, including those of the packages in `named`. */
export async function findPlugins(
  named: readonly string[],
): Promise<{ plugins: ConnectorPlugin[]; problems: string[] }> {
  const { modules, problems } = await findPluginModules(named);
  const application = await NestFactory.createApplicationContext(
    { module: PluginsOnly, imports: [DiscoveryModule, ...modules] },
    { logger: false, abortOnError: false },
  );
  try {
    return { plugins: await discoverPlugins(application.get(DiscoveryService)), problems };
  } finally {
    await application.close();
  }
}
