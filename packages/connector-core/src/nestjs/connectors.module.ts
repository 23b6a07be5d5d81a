import {
  type DynamicModule,
  type InjectionToken,
  Module,
  type OnApplicationShutdown,
  SetMetadata,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { type ConnectorPlugin } from '../connector.js';
import { ConnectorRegistry, type RegistryOptions } from '../registry.js';
import { discover } from './discover.js';

/** The decorator of DiscoveryService has another key in each copy of this package, and a plug-in may have its own copy. */
const PLUGIN = 'pacs-connectors:connector-plugin';

/**
 * Marks a provider as a {@link ConnectorPlugin}. {@link ConnectorsModule} finds all marked providers of the application, in
 * any module.
 */
export const ConnectorPluginProvider = (): ClassDecorator => SetMetadata(PLUGIN, true);

/** Returns the configured connectors, given the plug-ins that discovery found. */
export type ConnectorsFactory = (plugins: readonly ConnectorPlugin[]) => Omit<RegistryOptions, 'plugins'>;

/** A {@link ConnectorsFactory} with providers of the application. */
export interface ConnectorsAsyncOptions<Injected extends unknown[]> {
  inject: InjectionToken[];
  useFactory: (
    plugins: readonly ConnectorPlugin[],
    ...injected: Injected
  ) => ReturnType<ConnectorsFactory> | Promise<ReturnType<ConnectorsFactory>>;
}

/** Provides the {@link ConnectorRegistry}, with the plug-ins of the application. */
@Module({})
export class ConnectorsModule implements OnApplicationShutdown {
  constructor(private readonly registry: ConnectorRegistry) {}

  static forRoot(configure: ConnectorsFactory): DynamicModule {
    return ConnectorsModule.forRootAsync({ inject: [], useFactory: configure });
  }

  static forRootAsync<Injected extends unknown[]>(options: ConnectorsAsyncOptions<Injected>): DynamicModule {
    return {
      module: ConnectorsModule,
      global: true,
      imports: [DiscoveryModule],
      providers: [
        {
          provide: ConnectorRegistry,
          inject: [DiscoveryService, ...options.inject],
          useFactory: async (discovery: DiscoveryService, ...injected: Injected) => {
            const plugins = await discoverPlugins(discovery);
            return new ConnectorRegistry({ ...(await options.useFactory(plugins, ...injected)), plugins });
          },
        },
      ],
      exports: [ConnectorRegistry],
    };
  }

  /** Closes all connectors. */
  async onApplicationShutdown(): Promise<void> {
    await this.registry.close();
  }
}

/** Returns the plug-ins of the application, whatever their modules and the order of these. */
export function discoverPlugins(discovery: DiscoveryService): Promise<ConnectorPlugin[]> {
  return discover<ConnectorPlugin>(discovery, PLUGIN);
}
