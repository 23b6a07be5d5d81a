import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { CacheModule } from '../cache/cache.module.js';
import { HttpModule } from '../http/http.module.js';
import { LifecycleModule } from '../lifecycle/lifecycle.module.js';
import { ReloadModule } from '../reload/reload.module.js';
import { WatchModule } from '../watch/watch.module.js';
import { HealthController } from './health.controller.js';

/** Answers health probes. */
@Module({
  // The log of Terminus would repeat what the answer says.
  imports: [
    CacheModule,
    HttpModule,
    LifecycleModule,
    ReloadModule,
    TerminusModule.forRoot({ logger: false }),
    WatchModule,
  ],
  controllers: [HealthController],
})
export class HealthModule {}
