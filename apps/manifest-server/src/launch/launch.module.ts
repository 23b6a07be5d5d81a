import { Module } from '@nestjs/common';
import { CacheModule } from '../cache/cache.module.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { HttpModule } from '../http/http.module.js';
import { RetrievalModule } from '../retrieval/retrieval.module.js';
import { SearchModule } from '../search/search.module.js';
import { WatchModule } from '../watch/watch.module.js';
import { LaunchArchives } from './launch-archives.service.js';
import { DicomWebAddresses } from './dicom-web-addresses.service.js';
import { LaunchController } from './launch.controller.js';
import { Launches } from './launches.service.js';
import { ViewerRules } from './viewer-rules.service.js';
import { ViewerSupportCheck } from './viewer-support.service.js';

/** Opens viewers, and takes uploads of manifests for them. Viewers fetch the manifests from the delivery room. */
@Module({
  imports: [CacheModule, DeliveryModule, HttpModule, RetrievalModule, SearchModule, WatchModule],
  controllers: [LaunchController],
  providers: [LaunchArchives, DicomWebAddresses, ViewerSupportCheck, ViewerRules, Launches],
})
export class LaunchModule {}
