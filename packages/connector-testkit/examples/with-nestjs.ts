import 'reflect-metadata';
import { mkdtemp } from 'node:fs/promises';
import { test } from 'node:test';
import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { configuredConnectors, ConnectorsConfigModule } from '@pacs-connectors/config-core/nestjs';
import { ConnectorRegistry } from '@pacs-connectors/connector-core';
import { ConnectorsModule } from '@pacs-connectors/connector-core/nestjs';
import { ConnectorDbModule } from '@pacs-connectors/connector-db/nestjs';
import { conformanceCases, sampleArchive } from '@pacs-connectors/connector-testkit';
import { createDemoArchive } from '@pacs-connectors/demo-archive';

// Put your own module and your own archive here. The archive has to contain the patients of sampleArchive.
const { configuration } = await createDemoArchive(await mkdtemp('demo-'), sampleArchive);

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true }),
    ConnectorsConfigModule.forRoot({ files: [configuration] }),
    ConnectorsModule.forRootAsync(configuredConnectors),
    ConnectorDbModule,
  ],
})
class AppModule {}

const open = async () => {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  return { connector: app.get(ConnectorRegistry).select()[0]!, close: () => app.close() };
};
for (const { name, run } of conformanceCases(open)) test(name, { timeout: 60_000 }, run);
