import { type AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { createServer } from 'node:tls';
import { afterEach, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { identity, startRedis } from '@pacs-connectors/test-services';
import { fakes, serveFakes } from '../testing/fake-archive.js';
import { redisFailure } from './redis-failure.js';

let app: NestFastifyApplication | undefined;
const ended: (() => unknown)[] = [];
afterEach(async () => {
  await app?.close();
  app = undefined;
  for (const end of ended.splice(0)) await end();
});

const refusing = (): Promise<string> => Promise.resolve("url: 'redis://:guess-4711@127.0.0.1:1'");

const withPassword = (settings: (address: string) => string) => async () => {
  const redis = await startRedis({ password: 'the-right-one' });
  ended.push(() => redis.stop());
  return settings(`${redis.host}:${redis.port}`);
};

async function unknownAuthority(): Promise<string> {
  const { keyPem, certificatePem } = identity('redis', identity('Hospital CA', undefined, { ca: true }), {
    addresses: ['127.0.0.1'],
  });
  const server = createServer({ key: keyPem, cert: certificatePem }, (socket) => socket.on('error', () => undefined));
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ended.push(() => new Promise((resolve) => server.close(resolve)));
  return `url: 'rediss://:guess-4711@127.0.0.1:${(server.address() as AddressInfo).port}'`;
}

it.each([
  [
    'a wrong password',
    withPassword((at) => `url: 'redis://${at}', password: guess-4711`),
    'WRONGPASS',
    'cache.password',
    'server.cache.login-refused',
  ],
  [
    'no password',
    withPassword((at) => `url: 'redis://${at}'`),
    'NOAUTH',
    'cache.password',
    'server.cache.login-refused',
  ],
  [
    'an unknown authority',
    unknownAuthority,
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'cache.ca-file',
    'server.cache.certificate-not-trusted',
  ],
  ['nobody there', refusing, 'ECONNREFUSED', 'check that Redis runs', 'server.cache.unreachable'],
])('the log and readiness say why Redis cannot be used: %s', async (_, settings, cause, remedy, code) => {
  const log: string[] = [];
  const logTo = new Writable({ write: (chunk, _encoding, done) => (log.push(String(chunk)), done()) });
  const text = `${fakes('north')}cache: { ${await settings()}, encryption-key: any long text }\n`;
  const served = await serveFakes(text, {}, logTo);
  app = served.app;
  const cache = async () => {
    const answer = await fetch(`${served.url}/health/ready`);
    const { details } = (await answer.json()) as { details: { cache: { status: string; message: string } } };
    return details.cache;
  };
  const deadline = Date.now() + 120_000;
  while (!(await cache()).message.includes(cause)) {
    if (Date.now() > deadline) throw new Error(`readiness says after 30 s: ${JSON.stringify(await cache())}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await cache()).toMatchObject({ status: 'degraded', message: expect.stringContaining(remedy), code });
  const lines = log.filter((line) => line.includes('Redis (cache.url)'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(cause);
  expect(lines[0]).toContain(remedy);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ code });
  expect(JSON.stringify([log, await cache()])).not.toContain('guess-4711');
});

it.each([
  ['ETIMEDOUT', new Error('Command timed out')],
  ['ECONNREFUSED', new Error('All sentinels are unreachable. Last error: connect ECONNREFUSED 127.0.0.1:1')],
  ['EMFILE', new Error('All sentinels are unreachable. Last error: connect EMFILE 127.0.0.1:1')],
  ['NOAUTH', Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: new Error('NOAUTH x') })],
  ['ERR AUTH', new Error('ERR AUTH <password> called without any password configured')],
  ['READONLY', new Error("READONLY You can't write against a read only replica.")],
  ['no answer', new Error("Stream isn't writeable and enableOfflineQueue options is false")],
])('takes its cause from what the client says: %s', (cause, error) => {
  expect(redisFailure(error)).toMatchObject({ cause });
});
