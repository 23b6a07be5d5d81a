import 'reflect-metadata';
import { mkdtemp } from 'node:fs/promises';
import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { configuredConnectors, ConnectorsConfigModule } from '@pacs-connectors/config-core/nestjs';
import { ConnectorRegistry, emptyCriteria } from '@pacs-connectors/connector-core';
import { ConnectorsModule } from '@pacs-connectors/connector-core/nestjs';
import { ConnectorDbModule } from '@pacs-connectors/connector-db/nestjs';
import { createDemoArchive } from '@pacs-connectors/demo-archive';

const { configuration } = await createDemoArchive(await mkdtemp('demo-'));

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true }),
    ConnectorsConfigModule.forRoot({ files: [configuration] }),
    ConnectorsModule.forRootAsync(configuredConnectors),
    ConnectorDbModule,
  ],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
const criteria = { ...emptyCriteria(), patientIds: [{ id: 'DEMO-1' }] };
for (const connector of app.get(ConnectorRegistry).select()) {
  const result = await connector.search(criteria, { signal: AbortSignal.timeout(10_000), depth: 'study' });
  console.log(connector.id, JSON.stringify(result));
}
await app.close();
