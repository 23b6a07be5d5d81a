import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { type FaultProxy, faultProxy } from './fault-proxy.js';

const BODY = 'x'.repeat(10_000);
let server: Server;
let proxy: FaultProxy;

beforeAll(async () => {
  server = createServer((_, response) => response.end(BODY));
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  proxy = await faultProxy({ target: { host: '127.0.0.1', port: (server.address() as AddressInfo).port } });
});
afterEach(() => proxy.close());

const ask = (signal?: AbortSignal) =>
  fetch(`http://${proxy.host}:${proxy.port}`, { signal }).then((answer) => answer.text());

it('passes everything until it is told', async () => {
  expect(await ask()).toBe(BODY);
  expect(proxy.accepted).toBe(1);
});

it('refuses connections, and listens on the same port when it is healed', async () => {
  const { port } = proxy;
  await proxy.fail({ kind: 'refuse' });
  await expect(ask()).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  await proxy.heal();
  expect(proxy.port).toBe(port);
  expect(await ask()).toBe(BODY);
});

it('hangs, and goes on when it is healed', async () => {
  await proxy.fail({ kind: 'hang' });
  await expect(ask(AbortSignal.timeout(200))).rejects.toMatchObject({ name: 'TimeoutError' });
  const pending = ask();
  await proxy.heal();
  expect(await pending).toBe(BODY);
});

it('resets after so many bytes of the answer', async () => {
  await proxy.fail({ kind: 'reset', afterBytes: 5_000 });
  await expect(ask()).rejects.toThrow();
});

it('lets the answer drip', async () => {
  await proxy.fail({ kind: 'drip', bytesPerSecond: 40_000 });
  const start = performance.now();
  expect(await ask()).toBe(BODY);
  expect(performance.now() - start).toBeGreaterThan(150);
});
