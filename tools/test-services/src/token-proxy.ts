import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface TokenProxyOptions {
  /** The server behind the proxy, without a slash at the end. */
  target: string;
  /** The proxy's login at that server. */
  login: { user: string; password: string };
  /** Returns whether a token is valid. */
  accepts(token: string): Promise<boolean> | boolean;
}

export interface RunningTokenProxy {
  /** `http://127.0.0.1:port`. */
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts an HTTP proxy in front of an archive. It accepts `Authorization: Bearer` with a valid token, and requests the same from
 * the archive by its own login. Everything else is a 401. It supports GET only.
 */
export async function startTokenProxy({ target, login, accepts }: TokenProxyOptions): Promise<RunningTokenProxy> {
  const authorization = `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
  const server = createServer((request, response) => {
    void (async () => {
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      if (!(await accepts(token))) return void response.writeHead(401).end();
      const { accept = '*/*' } = request.headers;
      const answer = await fetch(target + (request.url ?? ''), { headers: { authorization, accept } });
      const type = answer.headers.get('content-type') ?? '';
      response.writeHead(answer.status, { 'content-type': type }).end(Buffer.from(await answer.arrayBuffer()));
    })().catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
