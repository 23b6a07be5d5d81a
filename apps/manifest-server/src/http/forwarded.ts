/** An element of `Forwarded`: what one proxy states about the request that it passed on (RFC 7239 4). */
export interface Forwarded {
  for?: string;
  host?: string;
  proto?: string;
}

/**
 * Returns the elements of a `Forwarded` header, that of the nearest proxy last. It reads what it can: proxies also write hosts with
 * a port without quotes, and what a caller wrote must not hide what a proxy appended.
 *
 * It takes time in proportion to the length of the header, whatever a caller wrote.
 */
export function parseForwarded(header: string): Forwarded[] {
  return elementsOf(header).map(parseElement);
}

/** Splits at commas outside of quotes, from the end: a quote that a caller left open is before what proxies appended. */
function elementsOf(header: string): string[] {
  const elements: string[] = [];
  let end = header.length;
  let quoted = false;
  for (let at = header.length - 1; at >= 0; at--) {
    const character = header[at];
    if (character === ',' && !quoted) {
      elements.push(header.slice(at + 1, end));
      end = at;
    } else if (character === '"') {
      const quote = at;
      while (header[at - 1] === '\\') at--;
      // An odd number of backslashes escapes the quote.
      if ((quote - at) % 2 === 0) quoted = !quoted;
    }
  }
  elements.push(header.slice(0, end));
  return elements.reverse().filter((element) => element.trim() !== '');
}

/** A name, or a character that is not a part of one. */
const NAME = /[\w!#$%&'*+.^`|~-]+/y;
const EQUALS = /\s*=\s*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy;
const PLAIN = /[^;,"\s]*/y;
const NAMES: ReadonlySet<string> = new Set(['for', 'host', 'proto'] satisfies (keyof Forwarded)[]);

/** Reads the pairs of an element. Each pattern matches at one place only, so that none is tried from every character. */
function parseElement(element: string): Forwarded {
  const found: Record<string, string> = {};
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(element);
    if (match) at = pattern.lastIndex;
    return match;
  };
  while (at < element.length) {
    const name = take(NAME)?.[0].toLowerCase();
    if (name === undefined) at++;
    else if (take(EQUALS)) {
      const quoted = element[at] === '"' ? take(QUOTED) : null;
      // A quote that nothing closes: the rest is not readable.
      if (!quoted && element[at] === '"') break;
      const value = quoted ? quoted[1]?.replace(/\\(.)/gs, '$1') : take(PLAIN)?.[0];
      if (NAMES.has(name)) found[name] = value ?? '';
    }
  }
  return found;
}

/** Returns the address of a node: `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]:80`. */
export function addressOfNode(node: string | undefined): string | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::\w+)?$/.exec(node ?? '');
  return match?.[1] ?? match?.[2];
}
