import { type FastifyRequest } from 'fastify';
import { type AddressList } from './address-list.js';
import { addressOfNode, parseForwarded } from './forwarded.js';

/**
 * Returns the addresses that a request may come from. It is the address of the connection, or of the client that trusted proxies
 * state by `X-Forwarded-For` or by `Forwarded`. If both headers state one, a guard must accept both: a proxy that writes one of
 * them may pass on the other as its client wrote it.
 *
 * @returns an `undefined` for a client whose address is hidden or cannot be read (RFC 7239 6)
 */
export function clientAddresses({ headers, raw, ip }: FastifyRequest, proxies: AddressList): (string | undefined)[] {
  const { forwarded } = headers;
  if (typeof forwarded !== 'string' || !proxies.has(raw.socket.remoteAddress)) return [ip];
  const elements = parseForwarded(forwarded);
  // Without any `for`, a proxy states the host and protocol only.
  if (!/\bfor\s*=/i.test(forwarded)) return [ip];
  // Each proxy appends an element. It is trusted if the proxy that passed it on is trusted.
  while (elements.length > 1 && proxies.has(addressOfNode(elements.at(-1)?.for))) elements.pop();
  const stated = addressOfNode(elements.at(-1)?.for);
  return headers['x-forwarded-for'] === undefined ? [stated] : [ip, stated];
}
