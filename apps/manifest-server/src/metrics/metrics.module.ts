import { Module } from '@nestjs/common';
import { CacheModule } from '../cache/cache.module.js';
import { ManifestModule } from '../manifest/manifest.module.js';
import { ReloadModule } from '../reload/reload.module.js';
import { WatchModule } from '../watch/watch.module.js';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.service.js';

/** Counts requests, manifests, searches and errors for Prometheus. */
@Module({
  imports: [CacheModule, ManifestModule, ReloadModule, WatchModule],
  controllers: [MetricsController],
  providers: [Metrics],
})
export class MetricsModule {}
