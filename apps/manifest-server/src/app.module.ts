import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { ConnectorsModule } from '@pacs-connectors/connector-core/nestjs';
import { ServerConfiguration } from './boot/server-configuration.js';
import { HealthController } from './health/health.controller.js';
import { ManifestController } from './manifest/manifest.controller.js';
import { ManifestService } from './manifest/manifest.service.js';
import { Retrievals } from './retrieval/retrievals.service.js';

@Module({ controllers: [ManifestController, HealthController], providers: [ManifestService, Retrievals] })
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
