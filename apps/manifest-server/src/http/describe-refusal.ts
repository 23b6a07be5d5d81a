import { type FastifyRequest } from 'fastify';
import { coded, type CodedMessage } from '../logging/coded-message.js';
import { codeOf, type Problem } from './problem.js';

/**
 * Describes a refused request for the log: its id, status, route and the names of its wrong parameters, without any value.
 *
 * @param known names of parameters, lower case. Others may contain anything, so they are not logged.
 */
export function describeRefusal(
  request: FastifyRequest,
  problem: Problem,
  known: Pick<ReadonlySet<string>, 'has'>,
): CodedMessage {
  const { status, errors = [] } = problem;
  const route = request.routeOptions.url ?? 'an unknown address';
  const names = new Set(
    errors.map(({ parameter }) => (known.has(parameter.toLowerCase()) ? parameter : 'an unknown parameter')),
  );
  const wrong = names.size > 0 ? `; wrong: ${[...names].join(', ')}` : '';
  return coded(`request ${request.id} refused: ${status}, ${request.method} ${route}${wrong}`, codeOf(problem));
}
