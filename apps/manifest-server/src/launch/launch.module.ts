import { Module } from '@nestjs/common';
import { CacheModule } from '../cache/cache.module.js';
import { HttpModule } from '../http/http.module.js';
import { RetrievalModule } from '../retrieval/retrieval.module.js';
import { SearchModule } from '../search/search.module.js';
import { WatchModule } from '../watch/watch.module.js';
import { AskedArchives } from './asked-archives.service.js';
import { LaunchController } from './launch.controller.js';
import { Launches } from './launches.service.js';
import { OtherViewers } from './other-viewers.service.js';
import { WeasisLaunch } from './weasis-launch.service.js';

/** Opens viewers. */
@Module({
  imports: [CacheModule, HttpModule, RetrievalModule, SearchModule, WatchModule],
  controllers: [LaunchController],
  providers: [AskedArchives, Launches, OtherViewers, WeasisLaunch],
})
export class LaunchModule {}
