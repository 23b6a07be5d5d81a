import { SEARCH_PARAMETERS } from './search-parameters.js';

/** Names of every parameter that the server reads, lower case. Another name was made up by the caller and may hold anything. */
export const PARAMETER_NAMES: ReadonlySet<string> = new Set(
  [...SEARCH_PARAMETERS.map(({ name }) => name), 'access_token', 'requestType', 'upload'].map((name) =>
    name.toLowerCase(),
  ),
);
