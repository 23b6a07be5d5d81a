import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { endProcessIn, signalProcess, temporaryFolder } from '@pacs-connectors/test-services';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('ends a server whose terminal has closed', async () => {
  const folder = await temporaryFolder('sighup');
  // A new terminal, which closes when the program that opened it ends.
  const command = `echo pid $$; exec "${process.execPath}" "${PROGRAM}" --port 0`;
  const terminal = spawn('script', ['-q', '-c', command, '/dev/null'], {
    cwd: folder.path,
    env: { PATH: process.env['PATH'], HOME: folder.path, TMPDIR: folder.path, TERM: 'dumb' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  try {
    terminal.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    let url: string | undefined;
    while (!(url = /serves on (\S+)/.exec(output)?.[1]) && terminal.exitCode === null) await pause(20);
    const live = () => fetch(`http://${url}/health/live`).then(({ status }) => status);
    expect(await live()).toBe(200);
    signalProcess(terminal, 'SIGKILL');
    const end = Date.now() + 120_000;
    while (Date.now() < end && (await live().catch(() => undefined))) await pause(20);
    await expect(live()).rejects.toThrow('fetch failed');
  } finally {
    signalProcess(terminal, 'SIGKILL');
    await endProcessIn(folder.path, Number(/pid (\d+)/.exec(output)?.[1]));
    if (terminal.exitCode === null && terminal.signalCode === null) await once(terminal, 'close');
    await folder.remove();
  }
});

it('does not end a server whose first module runs and whose others are being loaded', async () => {
  const folder = await temporaryFolder('sighup');
  const env = { PATH: process.env['PATH'], HOME: folder.path, TMPDIR: folder.path };
  // NestJS adds this function.
  const telling = `process.on('newListener', (name) => name === 'SIGHUP' && console.log('listens', 'getMetadata' in Reflect))`;
  const flags = ['--import', `data:text/javascript,${encodeURIComponent(telling)}`];
  const child = spawn(process.execPath, [...flags, PROGRAM, '--port', '0'], { cwd: folder.path, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = () => child.exitCode ?? child.signalCode;
  const until = async (pattern: RegExp) => {
    while (!pattern.test(output) && ended() === null) await pause(20);
  };
  try {
    await until(/listens/);
    expect(output).toContain('listens false');
    signalProcess(child, 'SIGHUP');
    await until(/serves on/);
    expect(ended()).toBeNull();
  } finally {
    signalProcess(child, 'SIGKILL');
    if (ended() === null) await once(child, 'close');
    await folder.remove();
  }
});
