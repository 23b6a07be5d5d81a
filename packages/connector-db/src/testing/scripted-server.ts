import { createServer, type Socket } from 'node:net';
import { afterEach } from '@jest/globals';
import { type DatabaseConnector } from '../database-connector.js';
import { type DatabaseSettings } from '../database-settings.js';
import { connectorOf } from './connectors.js';

/** Servers that behave as a test says, and connectors to them. All of them are closed after each test of the current `describe`. */
export function useScriptedServers() {
  const open: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });
  return {
    /** Listens with `serve` for each connection; returns the port. */
    listen: (serve: (socket: Socket) => void) =>
      new Promise<number>((resolve) => {
        const server = createServer((socket) => {
          open.push(() => socket.destroy());
          socket.on('error', () => undefined);
          serve(socket);
        });
        open.push(() => server.close());
        server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
      }),
    connect(uri: string, more: Partial<DatabaseSettings> = {}): DatabaseConnector {
      const select = 'select u as studyInstanceUid, u as seriesInstanceUid, u as sopInstanceUid from t';
      const connector = connectorOf({
        uri,
        user: 'me',
        password: 'hunter2',
        select,
        studyInstanceUidColumn: 'u',
        ...more,
      });
      open.push(() => connector.close());
      return connector;
    },
  };
}
