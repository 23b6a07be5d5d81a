import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ask } from './testing/connectors.js';
import { demoQuestion, PRODUCTS, useSampleServer } from './testing/servers.js';

describe.each(PRODUCTS)('idle connections: $name', (product) => {
  const sample = useSampleServer(product);
  const close: (() => void)[] = [];
  afterEach(() => {
    for (const end of close.splice(0)) end();
  });

  /** A way to the server on which `silence` lets every open connection lose all bytes from then on. */
  const openVia = async () => {
    const sockets = new Set<Socket>();
    const pairs: [Socket, Socket][] = [];
    const proxy = createServer((client) => {
      const server = connect(sample.server.port, '127.0.0.1');
      for (const socket of [client, server]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
      }
      client.pipe(server).pipe(client);
      pairs.push([client, server]);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    close.push(() => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    });
    const { port } = proxy.address() as { port: number };
    return {
      uri: sample.server.jdbcUrl.replace(String(sample.server.port), String(port)),
      silence() {
        for (const [client, server] of pairs.splice(0)) {
          client.unpipe(server);
          server.unpipe(client);
          client.resume();
          server.resume();
        }
      },
    };
  };

  it('that have gone silent cost one search a moment, and no search its answer', async () => {
    const way = await openVia();
    const connector = sample.open({ uri: way.uri, poolMax: 4 });
    const searches = () => Promise.all(Array.from({ length: 4 }, () => ask(connector, demoQuestion)));
    await searches();
    expect(connector.connections().idle).toBe(4);
    way.silence();
    for (const { patients } of await searches()) expect(patients[0]?.studies).toHaveLength(3);
    // No silent connection is left.
    const start = performance.now();
    for (const { patients } of await searches()) expect(patients[0]?.studies).toHaveLength(3);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
