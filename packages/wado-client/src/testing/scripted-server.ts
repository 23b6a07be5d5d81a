import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { type AddressInfo, type Server, type Socket } from 'node:net';

export interface ScriptedServer {
  url: string;
  requests: IncomingMessage[];
  stop(): Promise<void>;
}

/** Starts a server whose answers a test writes. */
export async function startScriptedServer(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
  http2?: { cert: string; key: string },
): Promise<ScriptedServer> {
  const requests: IncomingMessage[] = [];
  const handle: RequestListener = (request, response) => {
    requests.push(request);
    answer(request, response, requests.length);
  };
  const server: Server = http2
    ? (createSecureServer({ ...http2, allowHTTP1: true }, handle as never) as unknown as Server)
    : createServer(handle);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${http2 ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}/rs`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
