/** What one proxy says of the request that it passed on (RFC 7239 4). */
export interface Forwarded {
  for?: string;
  host?: string;
  proto?: string;
}

/** The elements of a `Forwarded` header, the nearest proxy's last. */
export function parseForwarded(header: string): Forwarded[] {
  const elements = header.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? [];
  return elements.map((element) =>
    Object.fromEntries(
      [
        ...element.matchAll(/(?<![\w!#$%&'*+.^`|~-])([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;,"\s]*))/g),
      ].map(([, name = '', quoted, plain]) => [name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain]),
    ),
  );
}

/** The address in a `for`: `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]:80`. */
export function addressOfNode(node: string | undefined): string | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::\w+)?$/.exec(node ?? '');
  return match?.[1] ?? match?.[2];
}
