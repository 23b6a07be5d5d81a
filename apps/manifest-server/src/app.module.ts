import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { ConnectorsModule } from '@pacs-connectors/connector-core/nestjs';
import { ServerConfiguration } from './boot/server-configuration.js';
import { CacheHealth } from './cache/cache-health.js';
import { LaunchedManifests } from './cache/launched-manifests.js';
import { HealthController } from './health/health.controller.js';
import { AllowedHosts } from './http/allowed-hosts.guard.js';
import { PublicAddress } from './http/public-address.service.js';
import { AskedArchives } from './launch/asked-archives.service.js';
import { LaunchController } from './launch/launch.controller.js';
import { Launches } from './launch/launches.service.js';
import { OtherViewers } from './launch/other-viewers.service.js';
import { WeasisLaunch } from './launch/weasis-launch.service.js';
import { ManifestController } from './delivery/manifest.controller.js';
import { ManifestService } from './manifest/manifest.service.js';
import { Lifecycle } from './lifecycle/lifecycle.service.js';
import { BuiltManifests } from './manifest/built-manifests.service.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { Metrics } from './metrics/metrics.service.js';
import { ConfigurationReload } from './reload/configuration-reload.service.js';
import { Retrievals } from './retrieval/retrievals.service.js';
import { Searches } from './search/searches.service.js';
import { Traces } from './tracing/traces.service.js';
import { ConnectorWatches } from './watch/connector-watches.service.js';

@Module({
  controllers: [ManifestController, LaunchController, HealthController, MetricsController],
  providers: [
    { provide: APP_GUARD, useClass: AllowedHosts },
    ManifestService,
    Retrievals,
    LaunchedManifests,
    CacheHealth,
    PublicAddress,
    Searches,
    AskedArchives,
    WeasisLaunch,
    OtherViewers,
    Launches,
    ConnectorWatches,
    ConfigurationReload,
    BuiltManifests,
    Lifecycle,
    Metrics,
    Traces,
  ],
})
export class AppModule {
  static forRoot(configuration: ServerConfiguration, pluginModules: Type[]): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ...pluginModules,
        // Its own log repeats what the answer says.
        TerminusModule.forRoot({ logger: false }),
        ConnectorsModule.forRoot((plugins) => configuration.check(plugins)),
      ],
      providers: [{ provide: ServerConfiguration, useValue: configuration }],
    };
  }
}
