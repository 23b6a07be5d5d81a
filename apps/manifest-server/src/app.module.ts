import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { ViewerRegistry } from '@pacs-connectors/connector-core';
import { ConnectorsModule, ViewerRegistryModule } from '@pacs-connectors/connector-core/nestjs';
import { type Logger } from 'pino';
import { ConfigurationModule } from './boot/configuration.module.js';
import { type ServerOptions } from './boot/options.js';
import { type ServerConfiguration } from './boot/server-configuration.js';
import { DeliveryModule } from './delivery/delivery.module.js';
import { GatewayModule } from './gateway/gateway.module.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { LaunchModule } from './launch/launch.module.js';
import { LifecycleModule } from './lifecycle/lifecycle.module.js';
import { LoggingModule } from './logging/logging.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { ReloadModule } from './reload/reload.module.js';
import { TracingModule } from './tracing/tracing.module.js';

/**
 * The rooms that the server is made of. Each imports the rooms that it needs. Without one that no other needs (launch, metrics,
 * tracing, …), everything else starts and answers.
 */
export const ROOMS: readonly Type[] = [
  HttpModule,
  LifecycleModule,
  ReloadModule,
  DeliveryModule,
  LaunchModule,
  GatewayModule,
  HealthModule,
  MetricsModule,
  TracingModule,
];

/** What the application is made of. */
export interface AppParts {
  configuration: ServerConfiguration;
  options: ServerOptions;
  pluginModules: readonly Type[];
  log: Logger;
  rooms: readonly Type[];
}

@Module({})
export class AppModule {
  static forRoot({ configuration, options, pluginModules, log, rooms }: AppParts): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigurationModule.forRoot(configuration, options),
        LoggingModule.forRoot(log),
        ViewerRegistryModule,
        ConnectorsModule.forRootAsync<[ViewerRegistry]>({
          inject: [ViewerRegistry],
          useFactory: (plugins, { viewers }) => configuration.check(plugins, viewers),
        }),
        ...pluginModules,
        ...rooms,
      ],
    };
  }
}
