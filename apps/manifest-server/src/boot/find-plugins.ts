import { Module } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, NestFactory } from '@nestjs/core';
import { type ConnectorPlugin, type Viewer } from '@pacs-connectors/connector-core';
import { discoverPlugins, discoverViewers } from '@pacs-connectors/connector-core/nestjs';
import { type CodedMessage } from '../logging/coded-message.js';
import { findPluginModules } from './plugin-packages.js';

@Module({})
class PluginsOnly {}

/** Returns the archive languages and viewers that the server would find, including those of the packages in `named`. */
export async function findPlugins(
  named: readonly string[],
): Promise<{ plugins: ConnectorPlugin[]; viewers: Viewer[]; problems: CodedMessage[] }> {
  const { modules, problems } = await findPluginModules(named);
  const application = await NestFactory.createApplicationContext(
    { module: PluginsOnly, imports: [DiscoveryModule, ...modules] },
    { logger: false, abortOnError: false },
  );
  try {
    const discovery = application.get(DiscoveryService);
    return { plugins: await discoverPlugins(discovery), viewers: await discoverViewers(discovery), problems };
  } finally {
    await application.close();
  }
}
