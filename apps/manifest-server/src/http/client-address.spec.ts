import { expect, it } from '@jest/globals';
import { type FastifyRequest } from 'fastify';
import { AddressList } from './address-list.js';
import { clientAddresses } from './client-address.js';

const proxies = new AddressList(['10.0.0.1', '10.0.0.2']);
const of = (headers: Record<string, string>, peer = '10.0.0.1', ip = peer) =>
  clientAddresses({ headers, ip, raw: { socket: { remoteAddress: peer } } } as FastifyRequest, proxies);

it.each([
  [{ forwarded: 'for=192.0.2.1' }, ['192.0.2.1']],
  [{ forwarded: 'for="[2001:db8::1]:80";proto=https' }, ['2001:db8::1']],
  [{ forwarded: 'for=198.51.100.1, for=192.0.2.1, for=10.0.0.2' }, ['192.0.2.1']],
  [{ forwarded: 'for=10.0.0.2' }, ['10.0.0.2']],
  // Without an address, the client is unknown, and no list contains it.
  [{ forwarded: 'for=unknown' }, ['unknown']],
  [{ forwarded: 'for=192.0.2.1, proto=https' }, [undefined]],
  [{ forwarded: 'for=192.0.2.1, for=' }, [undefined]],
  // It states no client.
  [{ forwarded: 'host=pacs.example;proto=https' }, ['10.0.0.1']],
])('reads %j of a trusted proxy', (headers, addresses) => {
  expect(of(headers)).toEqual(addresses);
});

it('returns the address of each header if there are both, and that of the connection if no proxy is trusted', () => {
  const headers = { forwarded: 'for=192.0.2.1', 'x-forwarded-for': '198.51.100.1' };
  expect(of(headers, '10.0.0.1', '198.51.100.1')).toEqual(['198.51.100.1', '192.0.2.1']);
  expect(of(headers, '203.0.113.9')).toEqual(['203.0.113.9']);
});
