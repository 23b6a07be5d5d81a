import {
  type DynamicModule,
  type InjectionToken,
  Module,
  type OnApplicationShutdown,
  SetMetadata,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { STATIC_CONTEXT } from '@nestjs/core/injector/constants.js';
import { type ConnectorPlugin } from '../connector.js';
import { ConnectorRegistry, type RegistryOptions } from '../registry.js';

/** Not DiscoveryService's own decorator: its key is another in each copy of this package, and a plug-in may bring one. */
const PLUGIN = 'pacs-connectors:connector-plugin';

/**
 * Marks a provider as a {@link ConnectorPlugin}. Every such provider of the application is found by discovery, whichever
 * module it came with; none is listed anywhere.
 */
export const ConnectorPluginProvider = (): ClassDecorator => SetMetadata(PLUGIN, true);

/** What the configuration says of the connectors, given the plug-ins that discovery found. */
export type ConnectorsFactory = (plugins: readonly ConnectorPlugin[]) => Omit<RegistryOptions, 'plugins'>;

/** A factory of the same with what it needs from the application. */
export interface ConnectorsAsyncOptions<Injected extends unknown[]> {
  inject: InjectionToken[];
  useFactory: (
    plugins: readonly ConnectorPlugin[],
    ...injected: Injected
  ) => ReturnType<ConnectorsFactory> | Promise<ReturnType<ConnectorsFactory>>;
}

/** Provides the {@link ConnectorRegistry} of one configuration, built from the plug-ins that the application holds. */
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

  /** Releases the archives' connections. */
  async onApplicationShutdown(): Promise<void> {
    await this.registry.close();
  }
}

/** Every plug-in of the application, whichever module it came with and in whatever order the modules stand. */
export async function discoverPlugins(discovery: DiscoveryService): Promise<ConnectorPlugin[]> {
  const wrappers = discovery
    .getProviders()
    .filter(({ metatype }) => typeof metatype === 'function' && Reflect.hasOwnMetadata(PLUGIN, metatype));
  // Until its own dependencies are there, a provider is an empty object of its class.
  await Promise.all(wrappers.map((wrapper) => wrapper.getInstanceByContextId(STATIC_CONTEXT).donePromise));
  return wrappers.map((wrapper) => wrapper.instance as ConnectorPlugin);
}
