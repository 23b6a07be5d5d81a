import { plainProblem, ProblemError } from './problem.js';

/** One `name=value` of a request, decoded. */
export type Parameter = [name: string, value: string];

/** A name or value whose %-escapes are not UTF-8: `%zz`, `%FF`. It is no `Error`: a request may have thousands of them. */
export interface BadEscape {
  /** The parameter's name, undecoded if it cannot be decoded. */
  parameter: string;
}

/**
 * The largest number of values in a request: of all parameters, with the commas in lists. It is checked before any of them is decoded
 * or decrypted, so that a request with more costs almost nothing.
 */
export const MAX_REQUEST_VALUES = 10_000;

/** @throws ProblemError if a request has more values than {@link MAX_REQUEST_VALUES} */
export function checkCount(count: number): void {
  if (count > MAX_REQUEST_VALUES)
    throw new ProblemError(
      plainProblem(
        400,
        `The request has more than ${MAX_REQUEST_VALUES.toLocaleString('en')} values. Send several requests.`,
        'server.request.too-many-values',
      ),
    );
}

/** Returns how often a character is in a text. It stops counting above {@link MAX_REQUEST_VALUES}. */
export function countOf(character: string, text: string): number {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0 && count <= MAX_REQUEST_VALUES; at = text.indexOf(character, at + 1))
    count++;
  return count;
}

/**
 * Returns the parameters of a request's URL in order, as HTML forms encode them (`+` is a space). Parameters with an empty value
 * are kept; empty parts (`?&studyUID=`) are dropped.
 *
 * URLSearchParams would replace what it cannot decode by U+FFFD, and search for another identifier. Here it is an error. Bytes
 * that a client did not escape are read as UTF-8.
 */
export function parametersOfUrl(url: string): { parameters: Parameter[]; bad: BadEscape[] } {
  const start = url.indexOf('?');
  return parametersOfQuery(start === -1 ? '' : url.slice(start + 1));
}

/**
 * Returns the parameters of a query (the part after the `?`), or of a form sent as a body.
 *
 * @throws ProblemError if it has more than {@link MAX_REQUEST_VALUES}
 */
export function parametersOfQuery(query: string): { parameters: Parameter[]; bad: BadEscape[] } {
  checkCount(countOf('&', query));
  const parameters: Parameter[] = [];
  const bad: BadEscape[] = [];
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const rawName = equals === -1 ? part : part.slice(0, equals);
    const name = decode(rawName);
    const value = equals === -1 ? '' : decode(part.slice(equals + 1));
    if (name === undefined || value === undefined) bad.push({ parameter: name ?? rawName });
    else parameters.push([name, value]);
  }
  return { parameters, bad };
}

function decode(text: string): string | undefined {
  if (!/[%+\u0080-\u00ff]/.test(text)) return text;
  const escaped = text
    .replace(/\+/g, ' ')
    .replace(/[\u0080-\u00ff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
  try {
    return decodeURIComponent(escaped);
  } catch {
    return undefined;
  }
}
