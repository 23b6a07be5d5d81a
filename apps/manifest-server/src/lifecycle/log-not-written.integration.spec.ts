import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { signalProcess, temporaryFolder } from '@pacs-connectors/test-services';
import { type RemoteArchive, startRemoteArchive } from '../testing/remote-archive.js';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let archive: RemoteArchive;

beforeAll(async () => {
  folder = await temporaryFolder('log');
  archive = await startRemoteArchive(folder.path);
  archive.prompt = true;
});
afterAll(async () => {
  await archive?.stop();
  await folder?.remove();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const statusOf = (url: string) =>
  fetch(url).then(
    async (answer) => (await answer.text(), answer.status),
    () => 0,
  );

/** Starts a server whose output is `output`. It cannot report its port, so another program may take it: then it tries the next. */
async function start(output: number | 'pipe', drop: boolean): Promise<{ child: ChildProcess; url: string }> {
  const file = join(folder.path, 'connectors.yml');
  await writeFile(file, `${archive.configuration}logging.minimum-level: debug\n`);
  for (;;) {
    const port = await freePort();
    const child = spawn(process.execPath, [PROGRAM, '--connectors-config', file, '--port', String(port)], {
      cwd: folder.path,
      env: { PATH: process.env['PATH'], HOME: folder.path },
      stdio: ['ignore', output, output],
    });
    if (drop) for (const stream of [child.stdout, child.stderr]) stream?.destroy();
    const url = `http://127.0.0.1:${port}`;
    while (child.exitCode === null) {
      if ((await statusOf(`${url}/health/live`)) === 200 && child.exitCode === null) return { child, url };
      await pause(50);
    }
    if (child.exitCode !== 1) throw new Error(`the server ended with ${child.exitCode}`);
  }
}

it.each(['a full disk', 'a reader that has gone', 'a reader that hangs'])(
  'serves although its log goes to %s',
  async (kind) => {
    const full = openSync('/dev/full', 'w');
    const { child, url } = await start(kind === 'a full disk' ? full : 'pipe', kind === 'a reader that has gone');
    closeSync(full);
    const ended = once(child, 'exit');
    try {
      const padding = 'x'.repeat(6000);
      for (let count = 0; count < 50; count++)
        expect(await statusOf(`${url}/manifest?studyUID=2.25.${count}&x=${padding}`)).toBe(200);
      expect(child.exitCode).toBeNull();
    } finally {
      signalProcess(child, 'SIGKILL');
      await ended;
      for (const stream of [child.stdout, child.stderr]) stream?.destroy();
    }
  },
);
