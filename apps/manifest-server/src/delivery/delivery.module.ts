import { Module } from '@nestjs/common';
import { CacheModule } from '../cache/cache.module.js';
import { ManifestModule } from '../manifest/manifest.module.js';
import { SearchModule } from '../search/search.module.js';
import { ManifestController } from './manifest.controller.js';

/** Answers requests for manifests. */
@Module({ imports: [CacheModule, ManifestModule, SearchModule], controllers: [ManifestController] })
export class DeliveryModule {}
