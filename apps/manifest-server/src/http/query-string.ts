/** One `name=value` of a request, decoded. */
export type Parameter = [name: string, value: string];

/** A name or value whose %-escapes are no UTF-8: `%zz`, `%FF`. */
export class BadEscape extends Error {
  constructor(
    /** The parameter's name as far as it can be read. */
    readonly parameter: string,
  ) {
    super('holds a % that does not begin the %-escape of a UTF-8 character');
  }
}

/**
 * The parameters of a request's URL, in order, as HTML forms write them (`+` is a space). Parts without a value and empty
 * parts (`?&studyUID=`) are kept or dropped as they come: what an empty value means is not decided here.
 *
 * URLSearchParams would replace what it cannot decode by U+FFFD, and so ask for somebody else's identifier; here it is an
 * error. Bytes that a client sent without escaping them are read as UTF-8.
 */
export function parametersOfUrl(url: string): { parameters: Parameter[]; bad: BadEscape[] } {
  const start = url.indexOf('?');
  return parametersOfQuery(start === -1 ? '' : url.slice(start + 1));
}

/** The same of what follows the `?`, or of a form sent as a body. */
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
