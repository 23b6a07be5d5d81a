import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, jest } from '@jest/globals';
import { temporaryFolder } from '@pacs-connectors/test-services';

jest.setTimeout(60_000);

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('a server whose terminal is gone ends', async () => {
  const folder = await temporaryFolder('hang-up');
  // A terminal of its own, which goes with the program that made it.
  const command = `echo pid $$; exec "${process.execPath}" "${PROGRAM}" --port 0`;
  const terminal = spawn('script', ['-q', '-c', command, '/dev/null'], {
    cwd: folder.path,
    env: { PATH: process.env['PATH'], HOME: folder.path, TERM: 'dumb' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  try {
    terminal.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    let url: string | undefined;
    while (!(url = /serves on (\S+)/.exec(output)?.[1]) && terminal.exitCode === null) await pause(20);
    const live = () => fetch(`http://${url}/health/live`).then(({ status }) => status);
    expect(await live()).toBe(200);
    terminal.kill('SIGKILL');
    const end = Date.now() + 30_000;
    while (Date.now() < end && (await live().catch(() => undefined))) await pause(20);
    await expect(live()).rejects.toThrow('fetch failed');
  } finally {
    terminal.kill('SIGKILL');
    endIfThere(Number(/pid (\d+)/.exec(output)?.[1]));
    if (terminal.exitCode === null && terminal.signalCode === null) await once(terminal, 'close');
    await folder.remove();
  }
});

function endIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended, as it should.
  }
}
