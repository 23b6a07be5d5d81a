import { type ErrorCode } from '@pacs-connectors/connector-core';

/** One error in a request: the parameter, and what is wrong with it, without its value. */
export interface ParameterError {
  parameter: string;
  /** Default: the code of parameters that are not valid. */
  code?: ErrorCode;
  detail: string;
}

/** All errors in the parameters of a request. */
export class BadParameters extends Error {
  constructor(readonly errors: ParameterError[]) {
    super(errors.map(({ parameter, detail }) => `${parameter} ${detail}`).join('; '));
  }
}
