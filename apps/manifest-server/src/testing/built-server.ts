import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface BuiltServer {
  child: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  /** Resolves with its exit code, or the name of the signal that ended it. */
  ended: Promise<number | string>;
  /** Resolves with its address as soon as its banner names it. @throws Error with what it printed where it ends instead */
  address(): Promise<string>;
}

/**
 * Runs the built server with flags in a working directory, without the variables of the process that tests it.
 *
 * @param variables of its environment
 */
export async function runBuiltServer(
  args: string[],
  cwd: string,
  nodeFlags: string[] = [],
  variables: Record<string, string> = {},
): Promise<BuiltServer> {
  await access(PROGRAM).catch(() => {
    throw new Error('The server is not built. Remedy: npm run build');
  });
  const env = { PATH: process.env['PATH'], HOME: cwd, ...variables };
  const child = spawn(process.execPath, [...nodeFlags, PROGRAM, ...args], {
    env,
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  const address = async () => {
    while (child.exitCode === null && child.signalCode === null) {
      const host = /serves on (\S+)/.exec(output)?.[1];
      if (host) return `http://${host}`;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`the server ended with ${await ended}:\n${output}`);
  };
  return { child, output: () => output, ended, address };
}
