import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { LaunchedManifests } from './launched-manifests.js';

/** Time between two looks at Redis, milliseconds. */
const LOOK_MS = 1000;

/**
 * The cache in readiness: what was found last, by launches or by a look in the background, so that a probe never waits for
 * Redis. Redis away does not take the replica out of service: its launches work, but no other replica knows their keys.
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
    if (this.manifests.shared) void this.look();
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
    return indicator.degraded({ kept: 'in this process', message });
  }

  private async look(): Promise<void> {
    await this.manifests.check().catch(() => undefined);
    if (!this.ended) this.timer = setTimeout(() => void this.look(), LOOK_MS).unref();
  }
}
