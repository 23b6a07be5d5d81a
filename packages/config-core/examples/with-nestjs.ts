import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { renderProblem } from '@pacs-connectors/config-core';
import { ConnectorsConfigModule, ConnectorsConfiguration } from '@pacs-connectors/config-core/nestjs';

@Injectable()
class Report {
  constructor(private readonly configuration: ConnectorsConfiguration) {}

  lines(): string[] {
    return this.configuration.problems.map(renderProblem);
  }
}

@Module({
  imports: [ConfigModule.forRoot({ isGlobal: true }), ConnectorsConfigModule.forRoot({ files: ['connectors.yml'] })],
  providers: [Report],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
for (const line of app.get(Report).lines()) console.log(line);
await app.close();
