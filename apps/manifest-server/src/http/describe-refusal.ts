import { type FastifyRequest } from 'fastify';
import { type Problem } from './problem.js';

/**
 * A refused request for the log: which, where, why, and the names of its wrong parameters; nothing that it holds.
 *
 * @param known names of parameters, lower case; another name was made up by the caller, and is not logged
 */
export function describeRefusal(
  request: FastifyRequest,
  { status, errors = [] }: Problem,
  known: Pick<ReadonlySet<string>, 'has'>,
): string {
  const route = request.routeOptions.url ?? 'no known address';
  const names = new Set(errors.map(({ parameter }) => (known.has(parameter.toLowerCase()) ? parameter : 'another')));
  const wrong = names.size > 0 ? `; wrong: ${[...names].join(', ')}` : '';
  return `request ${request.id} refused: ${status}, ${request.method} ${route}${wrong}`;
}
