import { createServer, Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ClientCredentials } from './client-credentials.js';
import { OAuth2Error } from './oauth2-error.js';

const client = { clientId: 'connectors', clientSecret: 'secret' };
const servers: Server[] = [];
const listen = async (server: Server) => {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
afterEach(async () => {
  for (const server of servers.splice(0)) {
    const closed = new Promise((resolve) => server.close(resolve));
    if (server instanceof HttpServer) server.closeAllConnections();
    await closed;
  }
});

describe('ClientCredentials', () => {
  it.each([[{}], [{ issuerUri: 'not a URL' }]])('refuses to be made without a provider: %j', (provider) => {
    expect(() => new ClientCredentials({ ...client, ...provider })).toThrow(
      expect.objectContaining({ kind: 'misconfigured', code: 'oauth2.provider.misconfigured' }),
    );
  });

  it('says that the provider cannot be reached', async () => {
    const server = createServer();
    const url = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const error = await new ClientCredentials({ ...client, tokenUri: `${url}/token` })
      .token(AbortSignal.timeout(20_000))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      kind: 'unavailable',
      code: 'oauth2.provider.unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('says that this process has no file left for a connection', () => {
    const refused = Object.assign(new Error('connect EMFILE 127.0.0.1:1'), { code: 'EMFILE' });
    const error = OAuth2Error.from('https://login.example', new TypeError('fetch failed', { cause: refused }));
    expect(error).toMatchObject({
      kind: 'unavailable',
      code: 'archive.open-files.limit-reached',
      message: expect.stringContaining('https://login.example cannot be reached: this process has reached its limit'),
      remedy: expect.stringContaining('LimitNOFILE'),
    });
  });

  it.each([
    [{ code: 'CERT_HAS_EXPIRED' }, 'unavailable', 'oauth2.provider.certificate-untrusted'],
    [{ code: 'UND_ERR_HEADERS_TIMEOUT' }, 'timeout', 'oauth2.provider.silent'],
  ])('distinguishes faults of the provider: %j', (cause, kind, code) => {
    const fault = new TypeError('fetch failed', { cause: Object.assign(new Error('fails'), cause) });
    expect(OAuth2Error.from('https://login.example', fault)).toMatchObject({ kind, code });
  });

  it('ends with its caller where the provider is silent, and asks again for the next', async () => {
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => sockets.push(socket));
    const url = await listen(server);
    const credentials = new ClientCredentials({ ...client, tokenUri: `${url}/token` });
    await expect(credentials.token(AbortSignal.timeout(100))).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(credentials.token(AbortSignal.timeout(100))).rejects.toMatchObject({ name: 'TimeoutError' });
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it.each([429, 500, 503])('says that the provider failed: %d', async (status) => {
    const server = createServer((_, response) => response.writeHead(status).end('no'));
    const url = await listen(server);
    for (const provider of [{ tokenUri: `${url}/token` }, { issuerUri: url }]) {
      await expect(
        new ClientCredentials({ ...client, ...provider }).token(AbortSignal.timeout(20_000)),
      ).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'oauth2.provider.failed',
        message: expect.stringContaining(`HTTP ${status}`),
      });
    }
  });

  it('reads no further than an answer of a provider can be long', async () => {
    let sent = 0;
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"access_token":"');
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) sent += 65_536;
        response.once('drain', more);
      };
      more();
    });
    const url = await listen(server);
    await expect(
      new ClientCredentials({ ...client, tokenUri: `${url}/token` }).token(AbortSignal.timeout(60_000)),
    ).rejects.toMatchObject({
      kind: 'protocol',
      code: 'oauth2.answer.invalid',
      message: expect.stringContaining('1 MiB'),
    });
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('keeps a token for a while if the provider states no lifetime', async () => {
    let issued = 0;
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ access_token: `token-${++issued}`, token_type: 'Bearer' }));
    });
    const url = await listen(server);
    const credentials = new ClientCredentials({ ...client, tokenUri: `${url}/token` });
    const signal = AbortSignal.timeout(20_000);
    expect(await credentials.token(signal)).toBe('token-1');
    expect(await credentials.token(signal)).toBe('token-1');
  });

  it('returns no token with less than the minimum of life left, and says until when it returns it', async () => {
    let issued = 0;
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ access_token: `token-${++issued}`, token_type: 'Bearer', expires_in: 600 }));
    });
    const url = await listen(server);
    const signal = AbortSignal.timeout(20_000);
    const goodFor = async (minimumLifeMs: number) => {
      const reported: number[] = [];
      const onShortLifetime = (lifetimeMs: number) => reported.push(lifetimeMs);
      const credentials = new ClientCredentials({
        ...client,
        tokenUri: `${url}/token`,
        minimumLifeMs,
        onShortLifetime,
      });
      const before = Date.now();
      const { value, staleAt } = await credentials.accessToken(signal);
      const after = Date.now();
      expect(await credentials.token(signal)).toBe(value);
      credentials.refused(value);
      expect(await credentials.token(signal)).not.toBe(value);
      return { atLeast: staleAt - after - 10_000, atMost: staleAt - before + 10_000, reported };
    };
    for (const [minimum, good] of [
      [0, 570_000],
      [120_000, 480_000],
      [540_000, 60_000],
    ] as const) {
      const { atLeast, atMost, reported } = await goodFor(minimum);
      expect(atLeast).toBeLessThan(good);
      expect(atMost).toBeGreaterThan(good);
      expect(reported).toEqual([]);
    }
    for (const minimum of [541_000, 600_000, 3_600_000]) {
      const { atLeast, atMost, reported } = await goodFor(minimum);
      expect(atLeast).toBeLessThan(300_000);
      expect(atMost).toBeGreaterThan(300_000);
      expect(reported).toEqual([600_000]);
    }
  });
});
