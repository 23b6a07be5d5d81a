import 'reflect-metadata';
import { expect, it } from '@jest/globals';
import { Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Connector, type ConnectorDefinition, type ConnectorPlugin } from '../connector.js';
import { ConnectorRegistry } from '../registry.js';
import { ConnectorPluginProvider, ConnectorsModule } from './connectors.module.js';

class TinySettings {}

const closed: string[] = [];

@ConnectorPluginProvider()
class TinyPlugin implements ConnectorPlugin<TinySettings> {
  readonly type: string = 'TINY';
  readonly settings = TinySettings;

  create({ id, type }: ConnectorDefinition<TinySettings>): Connector {
    return {
      id,
      type,
      search: async () => ({ patients: [], notices: [] }),
      check: async () => ({ latencyMs: 0 }),
      close: async () => void closed.push(id),
    };
  }
}

@Module({ providers: [TinyPlugin] })
class TinyModule {}

it('finds the plug-ins of all modules, and closes their connectors with the application', async () => {
  const seen: string[] = [];
  const connectors = ConnectorsModule.forRoot((plugins) => {
    seen.push(...plugins.map(({ type }) => type));
    return { definitions: [{ id: 'one', type: 'TINY', deactivated: [], settings: new TinySettings() }] };
  });
  @Module({ imports: [TinyModule, connectors] })
  class App {}

  const app = await NestFactory.createApplicationContext(App, { logger: false });
  expect(seen).toEqual(['TINY']);
  expect(
    app
      .get(ConnectorRegistry)
      .select()
      .map(({ id }) => id),
  ).toEqual(['one']);
  await app.close();
  expect(closed).toEqual(['one']);
});

it('waits for a plug-in with asynchronous dependencies, whatever the order of the modules', async () => {
  @ConnectorPluginProvider()
  class SlowPlugin extends TinyPlugin {
    override readonly type: string;

    constructor(@Inject('NAME') name: string) {
      super();
      this.type = name;
    }
  }
  @Module({
    providers: [
      SlowPlugin,
      { provide: 'NAME', useFactory: () => new Promise((resolve) => setTimeout(resolve, 20, 'SLOW')) },
    ],
  })
  class SlowModule {}
  @Module({
    imports: [
      ConnectorsModule.forRootAsync({
        inject: [],
        useFactory: async () => ({
          definitions: [{ id: 'one', type: 'SLOW', deactivated: [], settings: new TinySettings() }],
        }),
      }),
      SlowModule,
    ],
  })
  class App {}

  const app = await NestFactory.createApplicationContext(App, { logger: false });
  expect(app.get(ConnectorRegistry).connectors.map(({ type }) => type)).toEqual(['SLOW']);
  await app.close();
});
