import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { LaunchedManifests } from './launched-manifests.js';

/** Time between two checks of Redis, milliseconds. */
const CHECK_INTERVAL_MS = 1000;

/**
 * Reports the cache in readiness: what launches or checks in the background found last, so that a probe never waits for Redis.
 * Without Redis the replica stays in service. Its launches work, but no other replica knows their keys.
 */
@Injectable()
export class CacheHealth implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer?: NodeJS.Timeout;
  private ended = false;

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly manifests: LaunchedManifests,
  ) {}

  onApplicationBootstrap(): void {
    if (this.manifests.shared) void this.checkRepeatedly();
  }

  beforeApplicationShutdown(): void {
    this.ended = true;
    clearTimeout(this.timer);
  }

  check() {
    const indicator = this.indicators.check('cache');
    if (!this.manifests.shared) return indicator.up({ kept: 'in this process' });
    if (this.manifests.sharedReachable) return indicator.up({ kept: 'in Redis' });
    const { sharedFailure: failure } = this.manifests;
    const why = failure ? ` (${failure.cause}; ${failure.remedy})` : ' yet';
    const message = `Redis (cache.url) cannot be used${why}: launches work on this replica and are not shared`;
    return indicator.degraded({ kept: 'in this process', message, ...(failure && { code: failure.code }) });
  }

  private async checkRepeatedly(): Promise<void> {
    await this.manifests.check().catch(() => undefined);
    if (!this.ended) this.timer = setTimeout(() => void this.checkRepeatedly(), CHECK_INTERVAL_MS).unref();
  }
}
