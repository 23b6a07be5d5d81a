import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Type } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ROOMS } from './app.module.js';
import { StartError } from './boot/start-error.js';
import { DeliveryModule } from './delivery/delivery.module.js';
import { HealthModule } from './health/health.module.js';
import { LaunchModule } from './launch/launch.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { archives, closed, fakes, patientWith, serveFakes } from './testing/fake-archive.js';
import { startTraceCollector, type TraceCollector } from './testing/trace-collector.js';
import { TracingModule } from './tracing/tracing.module.js';

let app: NestFastifyApplication | undefined;
let collector: TraceCollector;

beforeEach(async () => {
  collector = await startTraceCollector();
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector.url;
  archives.set('main', () => Promise.resolve(patientWith('1.2.3')));
});
afterEach(async () => {
  delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  await app?.close();
  app = undefined;
  archives.clear();
  closed.length = 0;
  await collector.stop();
});

/** The statuses of a server's answers, the addresses that it describes, and the names of the spans that it sends. */
async function answersWith(rooms: readonly Type[]) {
  let url: string;
  ({ app, url } = await serveFakes(fakes('main'), {}, new PassThrough().resume(), rooms));
  const status = async (path: string, method = 'GET') => {
    const response = await fetch(`${url}${path}`, { method, redirect: 'manual' });
    await response.arrayBuffer();
    return response.status;
  };
  if (rooms.includes(HealthModule)) while ((await status('/health/startup')) !== 200);
  const { paths } = (await (await fetch(`${url}/api-json`)).json()) as { paths: object };
  const statuses = {
    manifest: await status('/manifest?studyUID=1.2.3'),
    ready: await status('/health/ready'),
    launch: await status('/display?studyUID=1.2.3'),
    metrics: await status('/metrics'),
    postedMetrics: await status('/metrics', 'POST'),
  };
  await app.close();
  return {
    ...statuses,
    described: ['/manifest', '/health/ready', '/display', '/metrics'].filter((path) => path in paths),
    traced: collector.spans.some(({ name }) => name === 'GET /manifest'),
  };
}

const ALL = {
  manifest: 200,
  ready: 200,
  launch: 302,
  metrics: 200,
  postedMetrics: 405,
  described: ['/manifest', '/health/ready', '/display', '/metrics'],
  traced: true,
};

it('answers from every room', async () => {
  expect(await answersWith(ROOMS)).toEqual(ALL);
});

it.each<[name: string, missing: Type, Partial<typeof ALL>]>([
  [
    'metrics',
    MetricsModule,
    { metrics: 404, postedMetrics: 404, described: ['/manifest', '/health/ready', '/display'] },
  ],
  ['launch', LaunchModule, { launch: 404, described: ['/manifest', '/health/ready', '/metrics'] }],
  ['tracing', TracingModule, { traced: false }],
  ['health', HealthModule, { ready: 404, described: ['/manifest', '/display', '/metrics'] }],
  ['delivery, which launch needs', DeliveryModule, {}],
])('answers from every other room without %s', async (_name, missing, changed) => {
  expect(await answersWith(ROOMS.filter((room) => room !== missing))).toEqual({ ...ALL, ...changed });
});

it.each([
  ['the port is in use', fakes('main'), 'server.start.port-in-use'],
  ['an access rule is invalid', `${fakes('main')}hosts.allow: 10.0.0.0/99\n`, 'server.start.access-rule-invalid'],
  ['a key of the server is invalid', `${fakes('main')}server.port: http\n`, 'server.start.key-invalid'],
  ['a key of the cache is invalid', `${fakes('main')}cache.ttl: 3 minutes\n`, 'server.start.key-invalid'],
  [
    'an access rule and another key are invalid',
    `${fakes('main')}server: { port: http, trusted-proxies: 10.0.0.0/99 }\n`,
    'server.start.access-rule-invalid',
  ],
  [
    'Redis cannot be used as configured',
    `${fakes('main')}cache: { url: 'rediss://redis', ca-file: /none.pem, encryption-key: ${'k'.repeat(40)} }\n`,
    'server.start.cache-invalid',
  ],
])('closes its connectors if it cannot start because %s', async (_reason, configuration, code) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const log = new PassThrough();
  const logged = text(log);
  const error = await serveFakes(configuration, { port }, log).catch((thrown: unknown) => thrown);
  other.close();
  log.end();
  expect(error).toBeInstanceOf(StartError);
  expect(error).toHaveProperty('code', code);
  expect(closed).toEqual(['main']);
  for (const line of (await logged).split('\n').filter((one) => one.includes('"level":"error"')))
    expect(JSON.parse(line)).toHaveProperty('code', code);
});
