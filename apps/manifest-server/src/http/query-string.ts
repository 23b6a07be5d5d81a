/** One `name=value` of a request, decoded. */
export type Parameter = [name: string, value: string];

/** A name or value whose %-escapes are not UTF-8: `%zz`, `%FF`. */
export class BadEscape extends Error {
  constructor(
    /** The parameter's name, undecoded if it cannot be decoded. */
    readonly parameter: string,
  ) {
    super('contains a % that does not begin the %-escape of a UTF-8 character');
  }
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

/** Returns the parameters of a query (the part after the `?`), or of a form sent as a body. */
export function parametersOfQuery(query: string): { parameters: Parameter[]; bad: BadEscape[] } {
  const parameters: Parameter[] = [];
  const bad: BadEscape[] = [];
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const rawName = equals === -1 ? part : part.slice(0, equals);
    const name = decode(rawName);
    const value = equals === -1 ? '' : decode(part.slice(equals + 1));
    if (name === undefined || value === undefined) bad.push(new BadEscape(name ?? rawName));
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
