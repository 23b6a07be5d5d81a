import { Module } from '@nestjs/common';
import { ConnectorWatches } from './connector-watches.service.js';

/** Checks every connector in the background, and guards its searches by a circuit breaker. */
@Module({ providers: [ConnectorWatches], exports: [ConnectorWatches] })
export class WatchModule {}
