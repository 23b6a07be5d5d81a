import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface TokenProxyOptions {
  /** The server behind it, no slash at the end. */
  target: string;
  /** How the proxy logs in there. */
  login: { user: string; password: string };
  /** Whether a token opens it. */
  accepts(token: string): Promise<boolean> | boolean;
}

export interface RunningTokenProxy {
  /** `http://127.0.0.1:port`. */
  url: string;
  stop(): Promise<void>;
}

/**
 * An HTTP server before an archive that takes `Authorization: Bearer` with a good token, and asks the archive by its own login;
 * anything else is a 401. For GET only.
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
