import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type Connector,
  type ConnectorDefinition,
  type ConnectorPlugin,
  ConnectorRegistry,
  emptyCriteria,
} from '@pacs-connectors/connector-core';
import { ConnectorPluginProvider, ConnectorsModule } from '@pacs-connectors/connector-core/nestjs';

class TinySettings {}

@ConnectorPluginProvider()
class TinyPlugin implements ConnectorPlugin<TinySettings> {
  readonly type = 'TINY';
  readonly settings = TinySettings;

  create({ id, type }: ConnectorDefinition<TinySettings>): Connector {
    const patients = [{ patientId: '4711', studies: [] }];
    return {
      id,
      type,
      search: async () => ({ patients, notices: [] }),
      check: async () => ({ latencyMs: 0 }),
      close: async () => undefined,
    };
  }
}

const definitions = [{ id: 'main', type: 'TINY', deactivated: [], settings: new TinySettings() }];

@Module({ imports: [ConnectorsModule.forRoot(() => ({ definitions }))], providers: [TinyPlugin] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
for (const connector of app.get(ConnectorRegistry).select()) {
  const options = { signal: AbortSignal.timeout(10_000), depth: 'instance' as const };
  console.log(connector.id, JSON.stringify(await connector.search(emptyCriteria(), options)));
}
await app.close();
