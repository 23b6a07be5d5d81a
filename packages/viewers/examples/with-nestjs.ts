import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ViewerRegistry } from '@pacs-connectors/connector-core';
import { ViewerRegistryModule } from '@pacs-connectors/connector-core/nestjs';
import { ViewersModule } from '@pacs-connectors/viewers/nestjs';

@Module({ imports: [ViewerRegistryModule, ViewersModule] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
for (const { name, title, website } of app.get(ViewerRegistry).viewers) console.log(name, title, website);
await app.close();
