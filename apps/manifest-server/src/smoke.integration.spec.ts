import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { signalProcess, temporaryFolder } from '@pacs-connectors/test-services';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const program = join(root, 'apps/manifest-server/dist/main.js');

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: ChildProcess | undefined;

beforeAll(async () => {
  await access(program).catch(() => {
    throw new Error('The server is not built. Remedy: npm run build');
  });
  folder = await temporaryFolder('smoke');
});

afterEach(async () => {
  if (server && server.exitCode === null && server.signalCode === null) {
    signalProcess(server, 'SIGKILL');
    await once(server, 'exit');
  }
});

afterAll(() => folder?.remove());

/** The newest Node.js of the LTS line in `.nvmrc`; npm's package `node` carries the binary. */
async function newestLts(): Promise<string> {
  const line = (await readFile(join(root, '.nvmrc'), 'utf8')).trim();
  const install = ['install', '--prefix', folder.path, '--no-audit', '--no-fund', '--no-save', `node@${line}`];
  const { stdout, stderr } = await promisify(execFile)('npm', install).catch((error: Error) => {
    throw new Error(`npm has no package node@${line}, or cannot install it: ${error.message}`, { cause: error });
  });
  const binary = join(folder.path, 'node_modules/node/bin/node');
  if (!existsSync(binary)) throw new Error(`npm's package node@${line} brought no binary:\n${stdout}${stderr}`);
  return binary;
}

describe.each([
  { name: 'the Node.js that runs the tests', nodeBinary: async () => process.execPath },
  { name: 'the newest LTS', nodeBinary: newestLts },
])('the built server on $name', ({ nodeBinary }) => {
  it('serves the demo, and ends by SIGTERM with exit code 0 and nothing left behind', async () => {
    const binary = await nodeBinary();
    // Without the variables that Jest has set, and without any that would name a configuration.
    const env = { PATH: process.env['PATH'], HOME: folder.path, TMPDIR: folder.path, PORT: '0' };
    server = spawn(binary, [program], { env, cwd: folder.path, stdio: ['ignore', 'pipe', 'pipe'] });
    const exited = once(server, 'exit');
    const { host, demoFolder, output } = await started(server);

    expect((await fetch(`http://${host}/health/live`)).status).toBe(200);
    // Ready as soon as its archive has been looked at once.
    while ((await fetch(`http://${host}/health/ready`)).status === 503)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await fetch(`http://${host}/health/ready`)).status).toBe(200);
    const response = await fetch(`http://${host}/manifest?patientID=DEMO-1`, {
      headers: { accept: 'application/xml' },
    });
    expect(response.status).toBe(200);
    // The images of three archives.
    expect((await response.text()).match(/<Instance /g)).toHaveLength(239);
    expect(existsSync(demoFolder)).toBe(true);

    signalProcess(server, 'SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(existsSync(demoFolder)).toBe(false);
    expect(output()).not.toMatch(/error|deprecat/i);
  });
});

it('npm start builds and serves; a signal that comes twice, by npm and by the terminal, is one', async () => {
  const env = { PATH: process.env['PATH'], TMPDIR: folder.path };
  server = spawn(process.execPath, [join(root, 'tools/start.mjs'), '--port', '0'], {
    env,
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(server, 'exit');
  const { host, demoFolder } = await started(server);
  expect((await fetch(`http://${host}/health/live`)).status).toBe(200);
  signalProcess(server, 'SIGTERM');
  signalProcess(server, 'SIGTERM');
  expect(await exited).toEqual([0, null]);
  expect(existsSync(demoFolder)).toBe(false);
});

/** Waits for the banner, and reads from it. @throws Error with what the server printed where it ends instead */
async function started(child: ChildProcess): Promise<{ host: string; demoFolder: string; output: () => string }> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  while (child.exitCode === null && child.signalCode === null) {
    const host = /serves on (\S+)/.exec(output)?.[1];
    const demoFolder = /(\S+)\/connectors\.yml \(removed/.exec(output)?.[1];
    if (host && demoFolder && output.includes('/health/ready')) return { host, demoFolder, output: () => output };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}:\n${output}`);
}
