import { Module } from '@nestjs/common';
import { ConnectorPluginProvider } from '@pacs-connectors/connector-core/nestjs';
import { DatabasePlugin } from '../database-plugin.js';

@ConnectorPluginProvider()
class DiscoverableDatabasePlugin extends DatabasePlugin {}

/** Adds connectors of type `DB` to an application. */
@Module({ providers: [DiscoverableDatabasePlugin] })
export class ConnectorDbModule {}

export default ConnectorDbModule;
