import { Module } from '@nestjs/common';
import { WatchModule } from '../watch/watch.module.js';
import { ConfigurationReload } from './configuration-reload.service.js';

/** Reloads the configuration when its files change. */
@Module({ imports: [WatchModule], providers: [ConfigurationReload], exports: [ConfigurationReload] })
export class ReloadModule {}
