import { createServer, type Socket } from 'node:net';
import { ArchiveScp, type ScpOptions } from './scp.js';

/** A running DICOM server. */
export interface DimseServer {
  port: number;
  close(): Promise<void>;
}

/** Serves an archive by DIMSE, on a free port of the loopback interface. (The server of the library listens on all.) */
export async function startDimseServer(options: ScpOptions): Promise<DimseServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    new ArchiveScp(socket, options);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
