import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { checkConfiguration, type ConfigurationDocument } from '@pacs-connectors/config-core';
import { ConnectorsModule } from '@pacs-connectors/connector-core/nestjs';
import { HealthController } from './health/health.controller.js';
import { ManifestController } from './manifest/manifest.controller.js';
import { ManifestService } from './manifest/manifest.service.js';

@Module({ controllers: [ManifestController, HealthController], providers: [ManifestService] })
export class AppModule {
  static forRoot(document: ConfigurationDocument, pluginModules: Type[]): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ...pluginModules,
        ConnectorsModule.forRoot((plugins) => {
          const { connectors: definitions, ...rest } = checkConfiguration(document, plugins);
          return { definitions, ...rest };
        }),
      ],
    };
  }
}
