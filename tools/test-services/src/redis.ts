import { createConnection } from 'node:net';
import { freePort, type RunningServer, startServer, temporaryFolder } from './process.js';

export interface RedisService extends RunningServer {
  host: string;
  port: number;
  url: string;
}

/**
 * Starts Debian's Redis without persistence, on a free port or on `port`.
 *
 * @param options.args arguments of Redis, such as `--requirepass x`
 */
export async function startRedis(
  options: { args?: string[]; port?: number; password?: string } = {},
): Promise<RedisService> {
  const host = '127.0.0.1';
  const port = options.port ?? (await freePort());
  const folder = await temporaryFolder('redis');
  const password = options.password ? ['--requirepass', options.password] : [];
  const server = await startServer({
    command: 'redis-server',
    args: [
      '--bind',
      host,
      '--port',
      String(port),
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      folder.path,
      ...password,
      ...(options.args ?? []),
    ],
    ready: () => answers(host, port),
  });
  return {
    ...server,
    host,
    port,
    url: `redis://${host}:${port}`,
    async stop() {
      await server.stop();
      await folder.remove();
    },
  };
}

/** Returns whether a Redis listens on the port. An answer that asks for a password counts too. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port }, () => socket.write('PING\r\n'));
    socket.setTimeout(500, () => socket.destroy());
    socket.on('data', (data) => {
      resolve(/^(\+PONG|-NOAUTH)/.test(data.toString()));
      socket.destroy();
    });
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
  });
}
