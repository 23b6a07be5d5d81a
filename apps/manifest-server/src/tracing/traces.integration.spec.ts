import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { freePort, signalProcess, temporaryFolder } from '@pacs-connectors/test-services';
import { type BuiltServer, runBuiltServer } from '../testing/built-server.js';
import { type RemoteArchive, startRemoteArchive } from '../testing/remote-archive.js';
import { type CollectedSpan, startTraceCollector, type TraceCollector } from '../testing/trace-collector.js';

const CALLER = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const TRACEPARENT = `00-${CALLER.traceId}-${CALLER.spanId}-01`;
/** Says on SIGUSR2 how many modules of the trace SDK are loaded. */
const TELL_LOADED = `data:text/javascript,import{createRequire}from'node:module';process.on('SIGUSR2',()=>console.error('loaded '+Object.keys(createRequire('/x').cache).filter((name)=>name.includes('/sdk-trace')).length))`;
const STUDY = '2.25.717171';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let archive: RemoteArchive;
let web: Server;
/** Headers of each question that the DICOMweb archive was asked. */
let webHeaders: IncomingHttpHeaders[];
let collector: TraceCollector;
let server: BuiltServer;
let url: string;

beforeAll(async () => {
  folder = await temporaryFolder('traces');
  archive = await startRemoteArchive(folder.path);
  web = createServer(({ headers }, response) => {
    webHeaders.push(headers);
    response.setHeader('content-type', 'application/dicom+json').end('[]');
  });
  await once(web.listen(0, '127.0.0.1'), 'listening');
});
beforeEach(async () => {
  webHeaders = [];
  archive.prompt = true;
  archive.questions.length = 0;
  collector = await startTraceCollector();
});
afterEach(async () => {
  signalProcess(server?.child, 'SIGKILL');
  await server?.ended;
  await collector.stop();
});
afterAll(async () => {
  await archive?.stop();
  await new Promise((resolve) => web.close(resolve));
  await folder?.remove();
});

/** Starts the server. By default it sends its spans at once. */
async function run(variables: Record<string, string>): Promise<void> {
  const file = join(folder.path, 'connectors.yml');
  const { port } = web.address() as AddressInfo;
  await writeFile(
    file,
    `${archive.configuration}    web:
      type: DICOM_WEB
      dicom-web-connector.qido-rs.authentication:
        type: BASIC
        basic.server: { url: http://127.0.0.1, port: ${port}, context: /dicom-web }
      wado.authentication.basic.url: http://web.invalid/wado
    away:
      type: DICOM
      wado.authentication.basic.url: http://away.invalid/wado
      dicom-connector: { calling-aet: VIEWER, aet: AWAY, host: 127.0.0.1, port: ${await freePort()} }
    wrong: { type: DICOM }
`,
  );
  const args = ['--connectors-config', file, '--port', '0', '--server-context-path', '/pacs'];
  server = await runBuiltServer(args, folder.path, ['--import', TELL_LOADED], {
    OTEL_BSP_SCHEDULE_DELAY: '50',
    ...variables,
  });
  url = `${await server.address()}/pacs`;
}

const here = () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(come: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 120_000;
  while (!(await come())) {
    if (Date.now() > end) throw new Error(`it did not come; the server said:\n${server.output()}`);
    await pause(20);
  }
}

/** Waits for the span of a request, which comes last, and gives all of its trace. */
async function traceOf(name: string, from = 0): Promise<CollectedSpan[]> {
  const isIt = (span: CollectedSpan) => span.name === name;
  await until(() => collector.spans.slice(from).some(isIt));
  const { traceId } = collector.spans.slice(from).find(isIt)!;
  return collector.spans.filter((span) => span.traceId === traceId);
}

it("sends the spans of a request, its manifest and each archive, as parts of the caller's trace", async () => {
  await run({
    ...here(),
    OTEL_SERVICE_NAME: 'pacs-north',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=ward',
  });
  const answer = await fetch(`${url}/manifest?studyUID=${STUDY}&patientID=SECRET-1&access_token=SECRET-2`, {
    headers: { traceparent: TRACEPARENT, tracestate: 'vendor=SECRET-3', 'x-request-id': 'SECRET-4' },
  });
  expect(answer.status).toBe(200);
  await answer.text();
  const spans = await traceOf('GET /pacs/manifest');

  const [request] = spans.filter(({ kind }) => kind === 2);
  expect(request).toMatchObject({
    traceId: CALLER.traceId,
    parentSpanId: CALLER.spanId,
    status: 0,
    attributes: {
      'http.request.method': 'GET',
      'http.route': '/pacs/manifest',
      'http.response.status_code': 200,
    },
    resource: {
      'service.name': 'pacs-north',
      'service.version': expect.stringMatching(/^\d+\.\d+/),
      'service.instance.id': expect.stringMatching(/^[\da-f-]{36}$/),
      'deployment.environment.name': 'ward',
    },
  });
  const [manifest] = spans.filter(({ kind }) => kind === 1);
  expect(manifest).toMatchObject({
    name: 'build manifest',
    parentSpanId: request?.spanId,
    status: 2,
    attributes: { 'pacs.manifest.outcome': 'incomplete', 'pacs.manifest.parts': 4, 'error.type': 'incomplete' },
  });
  const searches = spans.filter(({ kind }) => kind === 3);
  expect(searches.map(({ parentSpanId }) => parentSpanId)).toEqual(Array(4).fill(manifest?.spanId));
  const found = (patients: number, instances: number) => ({
    'pacs.search.patients': patients,
    'pacs.search.studies': patients,
    'pacs.search.series': patients,
    'pacs.search.instances': instances,
  });
  const search = (id: string, type: string, outcome: string, counts: object) => ({
    name: `search ${id}`,
    status: outcome === 'ok' ? 0 : 2,
    attributes: {
      'pacs.connector.id': id,
      'pacs.connector.type': type,
      'pacs.search.outcome': outcome,
      ...counts,
      ...(outcome === 'ok' ? {} : { 'error.type': outcome, 'pacs.error.code': expect.stringMatching(/^\w+\./) }),
    },
  });
  const seen = searches.map(({ name, status, attributes }) => ({ name, status, attributes }));
  expect(seen.sort((a, b) => a.name.localeCompare(b.name))).toEqual([
    search('away', 'DICOM', 'unavailable', found(0, 0)),
    search('remote', 'REMOTE', 'ok', found(1, 3)),
    search('web', 'DICOM_WEB', 'ok', found(0, 0)),
    search('wrong', 'DICOM', 'misconfigured', found(0, 0)),
  ]);
  expect(spans).toHaveLength(6);
  for (const [parent, ...children] of [
    [request!, manifest!],
    [manifest!, ...searches],
  ] as const)
    for (const child of children) {
      expect(child.start).toBeGreaterThanOrEqual(parent.start);
      expect(child.end).toBeLessThanOrEqual(parent.end);
    }

  expect(collector.requests.map(({ path }) => path)).toContain('/v1/traces');
  for (const { body } of collector.requests) {
    const text = body.toString('latin1');
    expect(text).not.toMatch(new RegExp(`SECRET|Doe|${STUDY.replaceAll('.', '\\.')}`));
  }
  // The log is found by the same name.
  expect(server.output()).toContain(`"traceId":"${CALLER.traceId}"`);
  expect(webHeaders.length).toBeGreaterThan(0);
  for (const headers of webHeaders) expect(headers).not.toHaveProperty('traceparent');
});

it('begins a trace where the caller has none, of posted requests too, and traces no probe', async () => {
  await run(here());
  for (const probe of ['health/live', 'health/ready', 'health/connectors/away', 'metrics'])
    await fetch(`${url}/${probe}`).then((answer) => answer.text());
  const form = new URLSearchParams({ studyUID: STUDY, archive: 'remote' });
  const launch = await fetch(`${url}/display`, { method: 'POST', body: form, redirect: 'manual' });
  expect(launch.status).toBeLessThan(400);
  await until(() => collector.spans.some(({ name }) => name === 'search remote'));
  const spans = await traceOf('POST /pacs/display');
  await fetch(`${url}/SECRET-5?patientID=SECRET-6`);
  const [missing] = await traceOf('GET');

  const request = spans.find(({ kind }) => kind === 2);
  expect(request).toMatchObject({ parentSpanId: '', name: 'POST /pacs/display' });
  expect(spans.find(({ kind }) => kind === 1)).toMatchObject({
    parentSpanId: request?.spanId,
    status: 0,
    attributes: { 'pacs.manifest.outcome': 'complete' },
  });
  expect(server.output()).toContain(`"traceId":"${request?.traceId}"`);
  expect(missing).toMatchObject({
    attributes: {
      'http.request.method': 'GET',
      'http.response.status_code': 404,
      'pacs.error.code': 'server.request.address-unknown',
    },
  });
  expect(missing?.attributes).not.toHaveProperty('http.route');
  expect(collector.spans.filter(({ kind }) => kind === 2)).toHaveLength(2);
  expect(JSON.stringify(collector.requests.map(({ body }) => body.toString('latin1')))).not.toContain('SECRET');
});

it('sends only the traces that the sampler takes, and follows the caller', async () => {
  await run({ ...here(), OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
  const ask = (flags: string) =>
    fetch(`${url}/manifest?studyUID=${STUDY}`, { headers: { traceparent: TRACEPARENT.replace(/01$/, flags) } });
  await fetch(`${url}/manifest?studyUID=${STUDY}`).then((answer) => answer.text());
  await ask('00').then((answer) => answer.text());
  await ask('01').then((answer) => answer.text());
  await traceOf('GET /pacs/manifest');
  expect(collector.spans.filter(({ kind }) => kind === 2)).toHaveLength(1);
});

it('sends what it has before it ends, the manifest that nobody waits for any more included', async () => {
  archive.prompt = false;
  await run({ ...here(), OTEL_BSP_SCHEDULE_DELAY: '600000' });
  await fetch(`${url}/display?studyUID=${STUDY}&archive=remote`, { redirect: 'manual' });
  await until(() => archive.questions.length > 0);
  expect(collector.requests).toEqual([]);
  signalProcess(server.child, 'SIGTERM');
  expect(await server.ended).toBe(0);
  const names = collector.spans.map(({ name, attributes }) => [name, attributes['pacs.manifest.outcome']]);
  expect(names).toEqual(
    expect.arrayContaining([
      ['GET /pacs/display', undefined],
      ['build manifest', 'cancelled'],
      ['search remote', undefined],
    ]),
  );
});

it('reports a client that left before its answer', async () => {
  archive.prompt = false;
  await run(here());
  const client = new AbortController();
  const answer = fetch(`${url}/manifest?studyUID=${STUDY}&archive=remote`, { signal: client.signal });
  await until(() => archive.questions.length > 0);
  client.abort();
  await expect(answer).rejects.toThrow('aborted');
  const spans = await traceOf('GET /pacs/manifest');
  expect(spans.find(({ kind }) => kind === 2)?.attributes).toEqual({
    'http.request.method': 'GET',
    'http.route': '/pacs/manifest',
    'error.type': 'client_gone',
  });
});

/** How many modules of the trace SDK the server has loaded. */
async function modulesLoaded(): Promise<number> {
  signalProcess(server.child, 'SIGUSR2');
  let said: string | undefined;
  await until(() => (said = /^loaded (\d+)$/m.exec(server.output())?.[1]) !== undefined);
  return Number(said);
}

/** The lines of the log that tell of traces. */
function tracesLog(): string[] {
  const lines = server.output().split('\n');
  return lines
    .filter((line) => line.includes('"context":"Traces"'))
    .map((line) => (JSON.parse(line) as { msg: string }).msg);
}

it('sends nothing and loads nothing where no collector is named', async () => {
  await run({ OTEL_SERVICE_NAME: 'pacs' });
  await fetch(`${url}/manifest?studyUID=${STUDY}`, { headers: { traceparent: TRACEPARENT } });
  expect(await modulesLoaded()).toBe(0);
  expect(collector.requests).toEqual([]);
  expect(tracesLog()).toEqual([]);
  signalProcess(server.child, 'SIGKILL');
  await server.ended;
  await run(here());
  expect(await modulesLoaded()).toBeGreaterThan(0);
});

it('without a collector, logs one line and answers all requests; logs when a collector accepts traces again', async () => {
  collector.answers = 404;
  await run(here());
  const ask = async () => {
    const answer = await fetch(`${url}/manifest?studyUID=${STUDY}&archive=remote`);
    expect(answer.status).toBe(200);
    await answer.text();
  };
  for (let count = 1; count <= 3; count++) {
    await ask();
    await until(() => collector.requests.length >= count);
  }
  await until(() => tracesLog().length > 0);
  expect(tracesLog()).toEqual([
    expect.stringMatching(/^the collector does not accept traces \(HTTP 404\)\. Remedy: check that the collector runs/),
  ]);
  collector.answers = 200;
  await until(async () => {
    await ask();
    return tracesLog().length > 1;
  });
  expect(tracesLog()[1]).toBe('the collector accepts traces again');
});

it('ends in time, and with 0, where the collector hangs or is not there', async () => {
  collector.answers = undefined;
  await run(here());
  await fetch(`${url}/manifest?studyUID=${STUDY}&archive=remote`).then((answer) => answer.text());
  await until(() => collector.requests.length > 0);
  signalProcess(server.child, 'SIGTERM');
  expect(await server.ended).toBe(0);
  expect(tracesLog()).toEqual(['the collector did not accept the last traces within 2 s']);

  await run({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`, OTEL_EXPORTER_OTLP_TIMEOUT: '500' });
  await fetch(`${url}/manifest?studyUID=${STUDY}&archive=remote`).then((answer) => answer.text());
  await until(() => tracesLog().length > 0);
  expect(tracesLog()).toEqual([
    expect.stringMatching(/^the collector does not accept traces \(ECONNREFUSED\)\. Remedy: /),
  ]);
  signalProcess(server.child, 'SIGTERM');
  expect(await server.ended).toBe(0);
});

it('says at the start what is wrong with the variables', async () => {
  await run({ ...here(), OTEL_TRACES_SAMPLER: 'sometimes' });
  expect(tracesLog()).toEqual([expect.stringContaining('OTEL_TRACES_SAMPLER value "sometimes" invalid')]);
  signalProcess(server.child, 'SIGKILL');
  await server.ended;
  await run({ ...here(), OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
  expect(tracesLog()).toEqual([
    expect.stringMatching(/^No traces are sent: OTEL_EXPORTER_OTLP_PROTOCOL is not http\/protobuf/),
  ]);
});
