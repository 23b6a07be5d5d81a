import { type FastifyRequest } from 'fastify';
import { SEARCH_PARAMETERS } from '../search/search-parameters.js';
import { type Problem } from './problem.js';

/** Names of parameters, lower case: one that is none of them was made up by the caller and may hold anything. */
const NAMES = new Set(
  [...SEARCH_PARAMETERS.map(({ name }) => name), 'access_token', 'requestType', 'upload'].map((name) =>
    name.toLowerCase(),
  ),
);

/** A refused request for the log: which, where, why, and the names of its wrong parameters; nothing that it holds. */
export function describeRefusal(request: FastifyRequest, { status, errors = [] }: Problem): string {
  const route = request.routeOptions.url ?? 'no known address';
  const names = new Set(errors.map(({ parameter }) => (NAMES.has(parameter.toLowerCase()) ? parameter : 'another')));
  const wrong = names.size > 0 ? `; wrong: ${[...names].join(', ')}` : '';
  return `request ${request.id} refused: ${status}, ${request.method} ${route}${wrong}`;
}
