/** An element of `Forwarded`: what one proxy states about the request that it passed on (RFC 7239 4). */
export interface Forwarded {
  for?: string;
  host?: string;
  proto?: string;
}

/**
 * Returns the elements of a `Forwarded` header, that of the nearest proxy last. It reads what it can: proxies also write hosts with
 * a port without quotes, and what a caller wrote must not hide what a proxy appended.
 */
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

/** Returns the address of a node: `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]:80`. */
export function addressOfNode(node: string | undefined): string | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::\w+)?$/.exec(node ?? '');
  return match?.[1] ?? match?.[2];
}
