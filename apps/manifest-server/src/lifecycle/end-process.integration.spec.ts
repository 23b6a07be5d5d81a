import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { signalProcess, temporaryFolder } from '@pacs-connectors/test-services';
import { type BuiltServer, runBuiltServer } from '../testing/built-server.js';
import { type RemoteArchive, startRemoteArchive } from '../testing/remote-archive.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let archive: RemoteArchive;
let server: BuiltServer | undefined;
let url: string;

beforeAll(async () => {
  folder = await temporaryFolder('lifecycle');
  archive = await startRemoteArchive(folder.path);
});
beforeEach(() => {
  archive.prompt = false;
  archive.questions.length = 0;
});
afterEach(async () => {
  signalProcess(server?.child, 'SIGKILL');
  await server?.ended;
});
afterAll(async () => {
  await archive?.stop();
  await folder?.remove();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function run(more: string, nodeFlags: string[] = []): Promise<BuiltServer> {
  const file = join(folder.path, 'connectors.yml');
  await writeFile(file, `${archive.configuration}${more}\n`);
  server = await runBuiltServer(['--connectors-config', file, '--port', '0'], folder.path, nodeFlags);
  url = await server.address();
  return server;
}

const status = (path: string) => fetch(`${url}/health/${path}`).then((response) => response.status);

/** Requests a manifest, which waits for the archive and may be aborted. */
function ask(study: string): Promise<string> {
  const text = fetch(`${url}/manifest?studyUID=${study}`).then((response) => response.text());
  text.catch(() => undefined);
  return text;
}

it('shuts down: not ready, serves during the delay, finishes running requests, exits with 0', async () => {
  const { child, ended, output } = await run('shutdown: { delay: 1500ms }');
  const early = ask('2.25.7');
  while (archive.questions.length === 0) await pause(10);
  signalProcess(child, 'SIGTERM');
  while ((await status('ready')) !== 503);
  const ready = (await fetch(`${url}/health/ready`).then((answer) => answer.json())) as { details: object };
  expect(ready.details).toMatchObject({
    server: { status: 'down', code: 'server.shutting-down', message: 'the server is shutting down' },
  });
  expect(await status('live')).toBe(200);
  const late = ask('2.25.8');
  while (archive.questions.length < 2) await pause(10);
  // Until it takes no more requests.
  while (await status('live').catch(() => 0)) await pause(20);
  expect(child.exitCode).toBeNull();
  for (const question of archive.questions) question.answer();
  expect(await early).toContain('StudyInstanceUID="2.25.7"');
  expect(await late).toContain('StudyInstanceUID="2.25.8"');
  expect(await ended).toBe(0);
  expect(output()).not.toContain('aborted');
  const said = output()
    .split('\n')
    .filter((line) => line.includes('SIGTERM'));
  expect(said.map((line) => JSON.parse(line) as object)).toMatchObject([
    {
      level: 'info',
      msg: 'SIGTERM: the server shuts down after shutdown.delay, once running requests have finished',
    },
  ]);
});

it('exits with 1 if running requests take longer than the limit', async () => {
  const { child, ended, output } = await run('shutdown: { timeout: 300ms }');
  void ask('2.25.7');
  while (archive.questions.length === 0) await pause(10);
  signalProcess(child, 'SIGTERM');
  expect(await ended).toBe(1);
  expect(output()).toContain('running requests were aborted after shutdown.timeout (0.3 s)');
});

it('does not wait for connections without a request, or with an incomplete one', async () => {
  const { child, ended, output } = await run('');
  const { hostname, port } = new URL(url);
  const open = () => connect(Number(port), hostname).on('error', () => undefined);
  const half = open();
  half.write('GET /health/live HTTP/1.1\r\nHost:');
  const connections = [open(), half];
  await Promise.all(connections.map((connection) => once(connection, 'connect')));
  expect(await status('live')).toBe(200);
  const closed = Promise.all(connections.map((connection) => once(connection.resume(), 'close')));
  signalProcess(child, 'SIGTERM');
  expect(await ended).toBe(0);
  await closed;
  expect(output()).not.toContain('aborted');
});

it('ends at once on a second signal, but not on a repeated one', async () => {
  const { child, ended } = await run('shutdown: { delay: 50s }');
  signalProcess(child, 'SIGTERM');
  signalProcess(child, 'SIGTERM');
  await pause(1000);
  expect(await status('live')).toBe(200);
  signalProcess(child, 'SIGINT');
  expect(await ended).toBe(130);
});

it('ends on an uncaught error, and its last line says where it happened', async () => {
  const flags = ['--import', `data:text/javascript,process.on('SIGUSR2',()=>{null.x})`];
  const { child, ended, output } = await run('', flags);
  signalProcess(child, 'SIGUSR2');
  expect(await ended).toBe(1);
  const last = JSON.parse(output().trimEnd().split('\n').at(-1) ?? '') as Record<string, string>;
  expect(last).toMatchObject({ level: 'fatal', context: 'Lifecycle', code: 'server.internal-error' });
  expect(last['msg']).toMatch(/^the server ends because of an uncaught error: TypeError : .*reading 'x'/);
});

it('ends on an unhandled rejection too, without its message, which may contain anything', async () => {
  const flags = [
    '--import',
    `data:text/javascript,process.on('SIGUSR2',()=>{Promise.reject(new Error('hunt'+'er2'))})`,
  ];
  const { child, ended, output } = await run('', flags);
  signalProcess(child, 'SIGUSR2');
  expect(await ended).toBe(1);
  expect(output()).toContain('the server ends because of an uncaught error: Error');
  expect(output()).not.toContain('hunter2');
});
