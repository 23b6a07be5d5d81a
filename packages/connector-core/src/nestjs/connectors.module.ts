import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { type ConnectorPlugin } from '../connector.js';
import { ConnectorRegistry, type RegistryOptions } from '../registry.js';

/**
 * Marks a provider as a {@link ConnectorPlugin}. Every such provider of the application is found by discovery, whichever
 * module it came with; none is listed anywhere.
 */
export const ConnectorPluginProvider = DiscoveryService.createDecorator<void>();

/** What the configuration says of the connectors, given the plug-ins that discovery found. */
export type ConnectorsFactory = (plugins: readonly ConnectorPlugin[]) => Omit<RegistryOptions, 'plugins'>;

/** Provides the {@link ConnectorRegistry} of one configuration, built from the plug-ins that the application holds. */
@Module({})
export class ConnectorsModule implements OnApplicationShutdown {
  constructor(private readonly registry: ConnectorRegistry) {}

  static forRoot(configure: ConnectorsFactory): DynamicModule {
    return {
      module: ConnectorsModule,
      global: true,
      imports: [DiscoveryModule],
      providers: [
        {
          provide: ConnectorRegistry,
          inject: [DiscoveryService],
          useFactory: (discovery: DiscoveryService) => {
            const plugins = discoverPlugins(discovery);
            return new ConnectorRegistry({ ...configure(plugins), plugins });
          },
        },
      ],
      exports: [ConnectorRegistry],
    };
  }

  /** Releases the archives' connections. */
  async onApplicationShutdown(): Promise<void> {
    await this.registry.close();
  }
}

function discoverPlugins(discovery: DiscoveryService): ConnectorPlugin[] {
  return discovery
    .getProviders({ metadataKey: ConnectorPluginProvider.KEY })
    .map((wrapper) => wrapper.instance as ConnectorPlugin);
}
