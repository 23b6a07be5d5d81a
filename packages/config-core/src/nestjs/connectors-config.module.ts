import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { type ConnectorsAsyncOptions, discoverPlugins, discoverViewers } from '@pacs-connectors/connector-core/nestjs';
import { type ConfigurationSource, readConfiguration } from '../read-configuration.js';
import { type Environment } from '../values/environment.js';
import { ConnectorsConfiguration } from './connectors-configuration.js';

/** Options of {@link ConnectorsConfigModule}. */
export interface ConnectorsConfigOptions {
  /** YAML files, folders of them, or texts. */
  files: readonly ConfigurationSource[];
  /** The variables for placeholders and ciphers; default: `process.env`. */
  env?: Environment;
}

/**
 * Provides the {@link ConnectorsConfiguration}. It reads the files while `@nestjs/config` loads, and checks them when Nest has
 * found the plug-ins. The `ConfigService` has it under `connectors` (`config.get('connectors.global.timeoutMs')`).
 *
 * The application does not start if a file cannot be read or is not YAML (`ConfigurationError`). All other problems are in
 * `problems`, and the application decides what to do about them.
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
            configuration.check(await discoverPlugins(discovery), await discoverViewers(discovery)),
        },
      ],
      exports: [ConnectorsConfiguration],
    };
  }
}

/** The connectors of {@link ConnectorsConfigModule}, for `ConnectorsModule.forRootAsync(configuredConnectors)`. */
export const configuredConnectors: ConnectorsAsyncOptions<[ConnectorsConfiguration]> = {
  inject: [ConnectorsConfiguration],
  useFactory: (_plugins, { connectors: definitions, leftOut, defaultIds }) => ({ definitions, leftOut, defaultIds }),
};
