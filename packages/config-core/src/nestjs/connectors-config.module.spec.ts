import 'reflect-metadata';
import { expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import {
  type Connector,
  type ConnectorDefinition,
  type ConnectorPlugin,
  ConnectorRegistry,
} from '@pacs-connectors/connector-core';
import { ConnectorPluginProvider, ConnectorsModule } from '@pacs-connectors/connector-core/nestjs';
import { SampleDicom } from '../testing/samples.js';
import { configuredConnectors, ConnectorsConfigModule } from './connectors-config.module.js';
import { ConnectorsConfiguration } from './connectors-configuration.js';

@ConnectorPluginProvider()
class SamplePlugin implements ConnectorPlugin<SampleDicom> {
  readonly type = 'DICOM';
  readonly settings = SampleDicom;

  create({ id, type }: ConnectorDefinition<SampleDicom>): Connector {
    return {
      id,
      type,
      search: async () => ({ patients: [], notices: [] }),
      check: async () => ({ latencyMs: 0 }),
      close: async () => undefined,
    };
  }
}

@Module({ providers: [SamplePlugin] })
class SampleModule {}

@Injectable()
class Reader {
  constructor(
    readonly configuration: ConnectorsConfiguration,
    readonly config: ConfigService,
  ) {}
}

const text = `connector:
  timeout: 5s
  default: pacs
  config:
    pacs:
      type: DICOM
      wado.authentication.basic.url: http://pacs.example/wado
      dicom-connector: { calling-aet: US, aet: THEM, host: '\${PACS_HOST}', port: 104 }
    broken:
      type: DICOM
`;

function application(source: string) {
  @Module({
    imports: [
      ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true }),
      ConnectorsConfigModule.forRoot({
        files: [{ name: 'site.yml', text: source }],
        env: { PACS_HOST: 'pacs.example' },
      }),
      SampleModule,
      ConnectorsModule.forRootAsync(configuredConnectors),
    ],
    providers: [Reader],
  })
  class Application {}
  return NestFactory.createApplicationContext(Application, { logger: false, abortOnError: false });
}

it('gives an application its typed configuration and the connectors of it', async () => {
  const app = await application(text);
  const { configuration, config } = app.get(Reader);
  const registry = app.get(ConnectorRegistry);
  expect(configuration.connector('pacs')).toMatchObject({
    timeoutMs: 5000,
    settings: { peer: { host: 'pacs.example', port: 104 } },
    retrieval: { basic: { url: 'http://pacs.example/wado' } },
  });
  expect(configuration.connector('pacs')!.settings).toBeInstanceOf(SampleDicom);
  expect(registry.select().map(({ id }) => id)).toEqual(['pacs']);
  expect(registry.leftOut.map(({ id }) => id)).toEqual(['broken']);
  expect(config.get('connectors.global.timeoutMs')).toBe(5000);
  expect(config.get('connectors.defaultIds')).toEqual(['pacs']);
  await app.close();
});

it('does not start with a file that is not YAML, and says where it is broken', async () => {
  await expect(application('connector: [')).rejects.toThrow(/^site\.yml:1:\d+: found no closing bracket/);
});
