import { Global, Module } from '@nestjs/common';
import { ManifestModule } from '../manifest/manifest.module.js';
import { Traces } from './traces.service.js';

/**
 * Sends traces to an OpenTelemetry collector.
 *
 * It is global because Nest closes global modules after all others: the builds that a shutdown cancels still have traces.
 */
@Global()
@Module({ imports: [ManifestModule], providers: [Traces] })
export class TracingModule {}
