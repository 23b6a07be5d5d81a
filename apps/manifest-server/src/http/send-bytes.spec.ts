import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { fastify } from 'fastify';
import { sendBytes } from './send-bytes.js';

it.each([
  { client: 'reads nothing', timeouts: { stalledMs: 300, wholeMs: 600_000 }, read: false },
  { client: 'reads too slowly', timeouts: { stalledMs: 600_000, wholeMs: 500 }, read: true },
])('disconnects a client that $client', async ({ timeouts, read }) => {
  const server = fastify();
  // More than the buffers of both kernels.
  const chunks = Array.from({ length: 512 }, () => Buffer.alloc(64 * 1024));
  const closed = new Promise<boolean>((resolve) => {
    server.get('/', (_request, reply) => {
      reply.raw.once('close', () => resolve(reply.raw.writableFinished));
      return sendBytes(reply, chunks, 512 * 64 * 1024, timeouts);
    });
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  const client = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(client, 'readable');
  const reading = read ? setInterval(() => client.read(1024), 50) : undefined;
  expect(await closed).toBe(false);
  clearInterval(reading);
  client.destroy();
  await server.close();
});
