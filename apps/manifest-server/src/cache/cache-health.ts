import { Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { LaunchedManifests } from './launched-manifests.js';

/** How long readiness waits for Redis, milliseconds: probes are answered soon whatever it does. */
const PATIENCE_MS = 500;

/**
 * The cache in readiness. Redis away does not take the replica out of service: its launches work, but no other replica
 * knows their keys.
 */
@Injectable()
export class CacheHealth {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly manifests: LaunchedManifests,
  ) {}

  async check() {
    const indicator = this.indicators.check('cache');
    if (!this.manifests.shared) return indicator.up({ kept: 'in this process' });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS, false)));
    const answers = await Promise.race([
      this.manifests.check().then(
        () => true,
        () => false,
      ),
      late,
    ]);
    clearTimeout(timer);
    if (answers) return indicator.up({ kept: 'in Redis' });
    const message = 'Redis (cache.url) does not answer: launches work on this replica and are not shared';
    return indicator.degraded({ kept: 'in this process', message });
  }
}
