import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { connectRedis } from './redis-connection.js';
import { Seal } from './seal.js';

const servers: { close(): void }[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** Speaks as much of Redis's protocol as a connection needs; a subscription is confirmed while `confirms` says so. */
async function startStandIn(confirms: () => boolean) {
  const sockets = new Set<Socket>();
  const seen: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    socket.on('data', (data) => {
      for (const [, command = ''] of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n([a-z]+)\r\n/gi)) {
        const name = command.toLowerCase();
        seen.push(name);
        if (name === 'info') socket.write('$9\r\nloading:0\r\n');
        else if (name === 'ping') socket.write('+PONG\r\n');
        else if (name !== 'subscribe') socket.write('+OK\r\n');
        else if (confirms()) socket.write('*3\r\n$9\r\nsubscribe\r\n$23\r\npacs-connectors:changed\r\n:1\r\n');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    cut: () => sockets.forEach((socket) => socket.destroy()),
  };
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('did not come about within 2 minutes');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

it('is closed quietly while it subscribes again after a lost connection', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  let confirms = true;
  const standIn = await startStandIn(() => confirms);
  const subscriptions = () => standIn.seen.filter((name) => name === 'subscribe').length;
  const store = connectRedis({ url: `redis://127.0.0.1:${standIn.port}` }, new Seal('a secret'));
  try {
    await until(() => subscriptions() === 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    confirms = false;
    standIn.cut();
    await until(() => subscriptions() === 2);
    await store.close();
    await new Promise((resolve) => setTimeout(resolve, 200));
  } finally {
    process.off('unhandledRejection', note);
    await store.close();
  }
  expect(unhandled).toEqual([]);
});
