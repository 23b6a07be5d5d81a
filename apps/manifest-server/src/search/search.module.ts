import { Module } from '@nestjs/common';
import { HttpModule } from '../http/http.module.js';
import { LoggedParameters } from '../http/logged-parameters.js';
import { PARAMETER_NAMES } from './parameter-names.js';
import { Searches } from './searches.service.js';

/** Reads and checks the parameters of searches. */
@Module({ imports: [HttpModule], providers: [Searches], exports: [Searches] })
export class SearchModule {
  constructor(parameters: LoggedParameters) {
    parameters.add(PARAMETER_NAMES);
  }
}
