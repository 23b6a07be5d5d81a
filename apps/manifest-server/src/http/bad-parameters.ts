/** One thing wrong with a request: the parameter, and what is wrong with it, without its value. */
export interface ParameterError {
  parameter: string;
  detail: string;
}

/** Every thing wrong with a request's parameters. */
export class BadParameters extends Error {
  constructor(readonly errors: ParameterError[]) {
    super(errors.map(({ parameter, detail }) => `${parameter} ${detail}`).join('; '));
  }
}
