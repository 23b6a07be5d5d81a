import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { configuredConnectors, ConnectorsConfigModule } from '@pacs-connectors/config-core/nestjs';
import { ConnectorRegistry, emptyCriteria } from '@pacs-connectors/connector-core';
import { ConnectorsModule } from '@pacs-connectors/connector-core/nestjs';
import { ConnectorDicomWebModule } from '@pacs-connectors/connector-dicomweb/nestjs';

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true }),
    ConnectorsConfigModule.forRoot({ files: ['connectors.yml'] }),
    ConnectorsModule.forRootAsync(configuredConnectors),
    ConnectorDicomWebModule,
  ],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
const criteria = { ...emptyCriteria(), patientIds: [{ id: '4711' }] };
for (const connector of app.get(ConnectorRegistry).select()) {
  const result = await connector.search(criteria, { signal: AbortSignal.timeout(10_000), depth: 'instance' });
  console.log(connector.id, JSON.stringify(result));
}
await app.close();
