import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { type Logger } from 'pino';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { LoggedIdentifiers } from '../logging/identifiers.js';
import { LOG } from '../logging/logging.module.js';
import { RetrievalModule } from '../retrieval/retrieval.module.js';
import { WatchModule } from '../watch/watch.module.js';
import { BuiltManifests } from './built-manifests.service.js';
import { logManifest } from './manifest-log.js';
import { ManifestService } from './manifest.service.js';

/** Builds manifests, and logs one line for each. Observers of builds listen to {@link BuiltManifests}. */
@Module({
  imports: [RetrievalModule, WatchModule],
  providers: [ManifestService, BuiltManifests],
  exports: [ManifestService, BuiltManifests],
})
export class ManifestModule implements OnModuleInit {
  constructor(
    @Inject(LOG) private readonly log: Logger,
    private readonly configuration: ServerConfiguration,
    private readonly built: BuiltManifests,
  ) {}

  onModuleInit(): void {
    const identifiers = new LoggedIdentifiers(() => this.configuration.global.logging);
    this.built.onBuilt((report) => logManifest(this.log, identifiers, report));
  }
}
