import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConnectorError } from '@pacs-connectors/connector-core';
import { archives, checks, fakes, patientWith, serveFakes } from '../testing/fake-archive.js';

let app: NestFastifyApplication | undefined;
let url: string;

afterEach(async () => {
  await app?.close();
  app = undefined;
  archives.clear();
  checks.clear();
});

async function serve(text: string): Promise<void> {
  ({ app, url } = await serveFakes(text));
}

async function metrics(accept = 'text/plain'): Promise<string> {
  const response = await fetch(`${url}/metrics`, { headers: { accept } });
  expect(response.status).toBe(200);
  return response.text();
}

/** The samples of a metric, `labels value` each. */
function samples(text: string, name: string): string[] {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.map((line) => line.slice(name.length));
}

/** @returns what promtool says of the metrics' form and names; nothing where all is well. */
async function promtool(text: string): Promise<string> {
  const child = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.end(text);
  await once(child, 'close');
  return output;
}

it('counts requests by route, manifests by outcome, searches and errors by connector', async () => {
  archives.set('main', () => Promise.resolve(patientWith('1.2.3')));
  archives.set('away', () => Promise.reject(new ConnectorError('away', 'unavailable', 'connection refused')));
  await serve(`${fakes('main', 'away')}    off: { type: FAKE, enabled: false }\n    bad: { type: FAKE }\n`);
  for (const query of ['patientID=SECRET-1', 'patientID=SECRET-1&archive=main', 'patientID=SECRET-1&archive=away'])
    await fetch(`${url}/manifest?${query}`);
  await fetch(`${url}/nowhere/SECRET-1`);
  await fetch(`${url}/health/connectors/main`);

  const text = await metrics();
  const requests = samples(text, 'pacs_http_request_duration_seconds_count');
  expect(requests.sort()).toEqual([
    '{method="GET",route="/health/connectors/:id",status="200"} 1',
    '{method="GET",route="/manifest",status="200"} 2',
    '{method="GET",route="/manifest",status="502"} 1',
    '{method="any",route="none",status="404"} 1',
  ]);
  expect(samples(text, 'pacs_manifest_build_duration_seconds_count').sort()).toEqual([
    '{outcome="complete"} 1',
    '{outcome="failed"} 1',
    '{outcome="incomplete"} 1',
  ]);
  expect(samples(text, 'pacs_connector_search_duration_seconds_count').sort()).toEqual([
    '{connector="away",type="FAKE",outcome="error"} 2',
    '{connector="main",type="FAKE",outcome="ok"} 2',
  ]);
  expect(samples(text, 'pacs_connector_errors_total')).toEqual([
    '{connector="away",type="FAKE",operation="search",kind="unavailable"} 2',
  ]);
  expect(samples(text, 'pacs_connector_errors_by_code_total')).toEqual([
    '{connector="away",type="FAKE",operation="search",code="archive.unavailable"} 2',
  ]);
  expect(samples(text, 'pacs_connector_up').sort()).toEqual([
    '{connector="away",type="FAKE"} 0',
    '{connector="bad",type="FAKE"} 0',
    '{connector="main",type="FAKE"} 1',
  ]);
  expect(samples(text, 'nodejs_eventloop_lag_p99_seconds')).toHaveLength(1);
  expect(text).not.toContain('SECRET');
  expect(text).not.toContain('pässword');
});

it('counts searches that an open circuit refuses as errors of their own kind, and not as searches', async () => {
  archives.set('away', () => Promise.reject(new ConnectorError('away', 'unavailable', 'connection refused')));
  await serve(`${fakes('away')}health.circuit: { failures: 2, rest: 1h }\n`);
  for (let count = 0; count < 5; count++) await fetch(`${url}/manifest?patientID=1`);
  const text = await metrics();
  expect(samples(text, 'pacs_connector_errors_total').sort()).toEqual([
    '{connector="away",type="FAKE",operation="search",kind="circuit_open"} 3',
    '{connector="away",type="FAKE",operation="search",kind="unavailable"} 2',
  ]);
  expect(samples(text, 'pacs_connector_errors_by_code_total').sort()).toEqual([
    '{connector="away",type="FAKE",operation="search",code="archive.unavailable"} 2',
    '{connector="away",type="FAKE",operation="search",code="server.archive.paused"} 3',
  ]);
  expect(samples(text, 'pacs_connector_search_duration_seconds_count')).toEqual([
    '{connector="away",type="FAKE",outcome="error"} 2',
  ]);
  expect(samples(text, 'pacs_connector_circuit_open')).toEqual(['{connector="away",type="FAKE"} 1']);
});

it('counts what the cache had, and what had to be built or was waited for', async () => {
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  archives.set('main', () => answered.then(() => patientWith('1.2.3')));
  await serve(fakes('main'));
  const launch = async () => {
    const response = await fetch(`${url}/weasis?patientID=P1`, { redirect: 'manual' });
    const location = decodeURIComponent(response.headers.get('location') ?? '');
    return new URL(/https?:[^" ]*key=[^" ]*/.exec(location)?.[0] ?? '').search;
  };
  const key = await launch();
  await launch();
  const asked = fetch(`${url}/manifest${key}`);
  while (!samples(await metrics(), 'pacs_cache_lookups_total').includes('{by="viewer",result="wait"} 1'));
  expect(samples(await metrics(), 'pacs_connector_searches_in_progress')).toEqual(['{connector="main",type="FAKE"} 1']);
  answer();
  expect((await asked).status).toBe(200);
  await launch();
  await fetch(`${url}/manifest${key}`).then((response) => response.text());
  const text = await metrics();
  expect(samples(text, 'pacs_cache_lookups_total')).toEqual([
    '{by="launch",result="hit"} 1',
    '{by="launch",result="wait"} 1',
    '{by="launch",result="miss"} 1',
    '{by="viewer",result="hit"} 1',
    '{by="viewer",result="wait"} 1',
    '{by="viewer",result="miss"} 0',
  ]);
  expect(samples(text, 'pacs_cache_manifests')).toEqual([' 1']);
});

it('is found well formed by promtool, and is OpenMetrics where that is asked for', async () => {
  await serve(fakes('main', 'a"b\\c'));
  await fetch(`${url}/manifest?patientID=1`);
  expect(await promtool(await metrics())).toBe('');

  const accept = 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5';
  const response = await fetch(`${url}/metrics`, { headers: { accept } });
  expect(response.headers.get('content-type')).toMatch(/^application\/openmetrics-text; version=1\.0\.0/);
  const open = await response.text();
  expect(open.endsWith('# EOF\n')).toBe(true);
  expect(open).toContain('# TYPE pacs_connector_errors counter');
  const plain = await fetch(`${url}/metrics`);
  expect(plain.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await plain.text();
  expect(text).not.toContain('# EOF');
  // Neither spoils the other.
  expect(await promtool(text)).toBe('');
  const lookups = (from: string) => samples(from, 'pacs_cache_lookups_total').sort();
  expect(lookups(open)).toEqual(lookups(text));
  expect(lookups(text)).toHaveLength(6);
});
