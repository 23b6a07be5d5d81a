import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type RedisService, startRedis } from '@pacs-connectors/test-services';
import { fakes, serveFakes } from '../testing/fake-archive.js';

let redis: RedisService;
let app: NestFastifyApplication;
let url: string;

beforeAll(async () => {
  redis = await startRedis();
  ({ app, url } = await serveFakes(`${fakes('north')}cache: { url: '${redis.url}', encryption-key: any long text }\n`));
});
afterAll(async () => {
  redis?.signal('SIGCONT');
  await app?.close();
  await redis?.stop();
});

async function readiness(): Promise<{ http: number; cache: string }> {
  const response = await fetch(`${url}/health/ready`);
  const { details } = (await response.json()) as { details: { cache: { status: string } } };
  return { http: response.status, cache: details.cache.status };
}

async function turns(cache: 'up' | 'degraded'): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const now = await readiness();
    expect(now.http).toBe(200);
    if (now.cache === cache) return;
    if (Date.now() > deadline) throw new Error(`the cache did not turn ${cache} within 2 minutes`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it('readiness does not wait for a Redis that hangs, says so, and says when it goes on', async () => {
  await turns('up');
  redis.signal('SIGSTOP');
  const begun = Date.now();
  for (let probe = 0; probe < 200; probe++) expect((await readiness()).http).toBe(200);
  // Half a second for each would be 100 s.
  expect(Date.now() - begun).toBeLessThan(25_000);
  await turns('degraded');
  redis.signal('SIGCONT');
  await turns('up');
});

it('and when it is gone and back, though nobody launches anything', async () => {
  await turns('up');
  const { port } = redis;
  await redis.stop();
  await turns('degraded');
  redis = await startRedis({ port });
  await turns('up');
});
