import { createServer, type Socket } from 'node:net';

/** Types of packets of TNS, the protocol of Oracle Database. */
export const TNS = { accept: 2, refuse: 4, redirect: 5, data: 6, marker: 12 } as const;

/** Returns a packet of TNS: its length, checksum, type, flags and header checksum, then `body`. */
export function tnsPacket(type: number, body: Buffer | string = '', length = 8 + Buffer.from(body).length): Buffer {
  return Buffer.concat([Buffer.from([length >> 8, length & 0xff, 0, 0, type, 0, 0, 0]), Buffer.from(body)]);
}

/** Returns the packet that accepts a connection, version 318 of the protocol. */
export function tnsAcceptance(): Buffer {
  const body = Buffer.alloc(37);
  body.writeUInt16BE(318, 0);
  // Longest session and transport data unit, in 16 and in 32 bits.
  body.writeUInt16BE(8192, 4);
  body.writeUInt16BE(65_535, 6);
  body.writeUInt32BE(8192, 24);
  body.writeUInt32BE(65_535, 28);
  // Without native services.
  body[14] = 0x04;
  body[15] = 0x04;
  return tnsPacket(TNS.accept, body);
}

/** Returns the packet that refuses a connection, with a reason such as `(DESCRIPTION=(ERR=12514))`. */
export function tnsRefusal(reason: string): Buffer {
  return tnsPacket(TNS.refuse, Buffer.concat([Buffer.from([0, 0, 0, reason.length]), Buffer.from(reason)]));
}

export interface TnsListener {
  port: number;
  close(): Promise<void>;
}

/** Starts a listener of Oracle that answers the first data of each connection with `first`, and everything after it with `next`. */
export async function startTnsListener(first: Buffer, next?: Buffer): Promise<TnsListener> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    let answered = false;
    socket.on('data', () => {
      if (!answered) socket.write(first);
      else if (next) socket.write(next);
      answered = true;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
