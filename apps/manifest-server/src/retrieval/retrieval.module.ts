import { Module } from '@nestjs/common';
import { Retrievals } from './retrievals.service.js';

/** Says how viewers fetch the images of each connector. */
@Module({ providers: [Retrievals], exports: [Retrievals] })
export class RetrievalModule {}
