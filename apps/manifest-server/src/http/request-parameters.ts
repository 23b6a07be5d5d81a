import { type FastifyRequest } from 'fastify';
import { FORM } from './bodies.js';
import { plainProblem, ProblemError } from './problem.js';
import {
  type BadEscape,
  checkCount,
  countOf,
  type Parameter,
  parametersOfQuery,
  parametersOfUrl,
} from './query-string.js';
import { BadParameters } from './bad-parameters.js';

/**
 * Returns the parameters of a request in order: those of its URL, then those of its body. The body is a form or a JSON object
 * (`{"patientID": ["1", "2"], "mostRecentResults": 3}`).
 *
 * @throws ProblemError 400 or 415, or BadParameters, if the body is something else.
 */
export function parametersOfRequest(request: FastifyRequest): RequestParameters {
  let found = known.get(request);
  if (!found) {
    found = read(request);
    checkCount(found.parameters.reduce((count, [, value]) => count + 1 + countOf(',', value), found.bad.length));
    known.set(request, found);
  }
  return found;
}

interface RequestParameters {
  parameters: Parameter[];
  bad: BadEscape[];
}

/** Parameters are read more than once, since the caller's token is one of them. */
const known = new WeakMap<FastifyRequest, RequestParameters>();

function read({ raw, headers, body }: FastifyRequest): RequestParameters {
  const { parameters, bad } = parametersOfUrl(raw.url ?? '');
  if (body === undefined) return { parameters, bad };
  // JSON may also be a string.
  if (typeof body === 'string' && headers['content-type']?.startsWith(FORM)) {
    const form = parametersOfQuery(body);
    return { parameters: [...parameters, ...form.parameters], bad: [...bad, ...form.bad] };
  }
  const isText = typeof body === 'string' && !/^application\/(.*\+)?json\b/i.test(headers['content-type'] ?? '');
  if (Buffer.isBuffer(body) || isText)
    throw new ProblemError(
      plainProblem(
        415,
        'The media type of the body is not supported. Send the search as JSON or as a form.',
        'server.request.media-type-unsupported',
      ),
    );
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ProblemError(
      plainProblem(
        400,
        'The body must be a JSON object with the parameters of the search.',
        'server.request.malformed',
      ),
    );
  return { parameters: [...parameters, ...parametersOfJson(body)], bad };
}

function parametersOfJson(body: object): Parameter[] {
  const values: unknown[] = Object.values(body);
  checkCount(values.reduce<number>((count, value) => count + (Array.isArray(value) ? value.length : 1), 0));
  return Object.entries(body).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as unknown[]) : [value as unknown])
      .filter((item) => item !== null)
      .map((item): Parameter => {
        if (typeof item === 'object')
          throw new BadParameters([
            {
              parameter: name.slice(0, 64),
              detail: 'contains an object; expected a text, a number or a list of these',
            },
          ]);
        // JSON.parse has changed its value or its spelling, such as 1.20 or twenty digits.
        if (typeof item === 'number' && !Number.isSafeInteger(item))
          throw new BadParameters([
            { parameter: name.slice(0, 64), detail: 'contains a number that loses digits in JSON; write it as a text' },
          ]);
        return [name, String(item)];
      }),
  );
}
