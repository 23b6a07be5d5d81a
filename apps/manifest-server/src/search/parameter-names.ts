import { SEARCH_PARAMETERS } from './search-parameters.js';

/** The names of all parameters that the server reads, in lower case. Any other name may contain a patient's data. */
export const PARAMETER_NAMES: ReadonlySet<string> = new Set(
  [...SEARCH_PARAMETERS.map(({ name }) => name), 'access_token', 'requestType', 'upload'].map((name) =>
    name.toLowerCase(),
  ),
);
