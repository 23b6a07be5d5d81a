import { type FastifyRequest } from 'fastify';
import { FORM } from './bodies.js';
import { plainProblem, ProblemError } from './problem.js';
import { type BadEscape, type Parameter, parametersOfQuery, parametersOfUrl } from './query-string.js';
import { BadParameters } from './bad-parameters.js';

/**
 * The parameters of a request, in order: those of its URL, then those of its body, a form or a JSON object
 * (`{"patientID": ["1", "2"], "mostRecentResults": 3}`).
 *
 * @throws ProblemError 400 or 415, BadParameters, where the body is something else.
 */
export function parametersOfRequest(request: FastifyRequest): RequestParameters {
  let found = known.get(request);
  if (!found) known.set(request, (found = read(request)));
  return found;
}

interface RequestParameters {
  parameters: Parameter[];
  bad: BadEscape[];
}

/** They are asked for more than once: who calls is among them. */
const known = new WeakMap<FastifyRequest, RequestParameters>();

function read({ raw, headers, body }: FastifyRequest): RequestParameters {
  const { parameters, bad } = parametersOfUrl(raw.url ?? '');
  if (body === undefined) return { parameters, bad };
  // A text in JSON is one, too.
  if (typeof body === 'string' && headers['content-type']?.startsWith(FORM)) {
    const form = parametersOfQuery(body);
    return { parameters: [...parameters, ...form.parameters], bad: [...bad, ...form.bad] };
  }
  if (Buffer.isBuffer(body)) throw new ProblemError(plainProblem(415, 'A search is sent as JSON or as a form.'));
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ProblemError(plainProblem(400, 'The body must be a JSON object with the parameters of the search.'));
  return { parameters: [...parameters, ...parametersOfJson(body)], bad };
}

function parametersOfJson(body: object): Parameter[] {
  return Object.entries(body).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as unknown[]) : [value as unknown])
      .filter((item) => item !== null)
      .map((item): Parameter => {
        if (typeof item === 'object')
          throw new BadParameters([
            { parameter: name.slice(0, 64), detail: 'holds an object; expected a text, a number or a list of these' },
          ]);
        // It is another number by now than the one that was written, or written otherwise: 1.20, twenty digits.
        if (typeof item === 'number' && !Number.isSafeInteger(item))
          throw new BadParameters([
            { parameter: name.slice(0, 64), detail: 'holds a number that loses digits in JSON; write it as a text' },
          ]);
        return [name, String(item)];
      }),
  );
}
