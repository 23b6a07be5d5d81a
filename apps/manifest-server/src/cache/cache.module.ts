import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { ManifestModule } from '../manifest/manifest.module.js';
import { CacheHealth } from './cache-health.js';
import { LaunchedManifests } from './launched-manifests.js';

/** Keeps the manifests of launches, in this process or in Redis, and reports the health of the store. */
@Module({
  imports: [ManifestModule, TerminusModule],
  providers: [LaunchedManifests, CacheHealth],
  exports: [LaunchedManifests, CacheHealth],
})
export class CacheModule {}
