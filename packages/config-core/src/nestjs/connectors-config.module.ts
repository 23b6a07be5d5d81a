import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { type ConnectorsAsyncOptions, discoverPlugins } from '@pacs-connectors/connector-core/nestjs';
import { type ConfigurationSource, readConfiguration } from '../read-configuration.js';
import { type Environment } from '../values/environment.js';
import { ConnectorsConfiguration } from './connectors-configuration.js';

export interface ConnectorsConfigOptions {
  /** YAML files, folders of them, or texts. */
  files: readonly ConfigurationSource[];
  /** What placeholders and ciphers are resolved with; `process.env` where it is not given. */
  env?: Environment;
}

/**
 * Provides the {@link ConnectorsConfiguration}: the files are read while `@nestjs/config` loads, and checked as soon as Nest
 * has found the plug-ins, against their settings classes. It is under `connectors` of the `ConfigService` too
 * (`config.get('connectors.global.timeoutMs')`).
 *
 * The application does not start where a file cannot be read or is no YAML (`ConfigurationError`); any other problem is in
 * `problems`, and what to do about it is the application's choice.
 */
@Module({})
export class ConnectorsConfigModule {
  static forRoot({ files, env }: ConnectorsConfigOptions): DynamicModule {
    const read = registerAs('connectors', async () => new ConnectorsConfiguration(await readConfiguration(files, env)));
    return {
      module: ConnectorsConfigModule,
      global: true,
      imports: [ConfigModule.forFeature(read), DiscoveryModule],
      providers: [
        {
          provide: ConnectorsConfiguration,
          inject: [read.KEY, DiscoveryService],
          useFactory: async (configuration: ConnectorsConfiguration, discovery: DiscoveryService) =>
            configuration.check(await discoverPlugins(discovery)),
        },
      ],
      exports: [ConnectorsConfiguration],
    };
  }
}

/** What {@link ConnectorsConfigModule} says of the connectors, for `ConnectorsModule.forRootAsync(configuredConnectors)`. */
export const configuredConnectors: ConnectorsAsyncOptions<[ConnectorsConfiguration]> = {
  inject: [ConnectorsConfiguration],
  useFactory: (_plugins, { connectors: definitions, leftOut, defaultIds }) => ({ definitions, leftOut, defaultIds }),
};
