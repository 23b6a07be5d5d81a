import { type ChildProcess, spawn } from 'node:child_process';
import { chown, mkdtemp, readFile, readlink, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Returns a free TCP port of 127.0.0.1. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object'
          ? resolve(address.port)
          : reject(new Error('The operating system gave no free port on 127.0.0.1.')),
      );
    });
  });
}

/** Makes a temporary folder for one server. `remove` deletes it. */
export async function temporaryFolder(name: string): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), `pacs-connectors-${name}-`));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) };
}

/** The user for servers that refuse to run as root (PostgreSQL); undefined if the tests do not run as root. */
export const UNPRIVILEGED = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;

/** Makes the user of {@link UNPRIVILEGED} the owner of a folder. */
export async function giveToUnprivileged(path: string): Promise<void> {
  if (UNPRIVILEGED) await chown(path, UNPRIVILEGED.uid, UNPRIVILEGED.gid);
}

export interface ServerCommand {
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Runs the server as user `nobody` if the tests run as root. */
  unprivileged?: boolean;
  /** Returns true once the server answers; called every 50 ms. An error means "not yet". */
  ready(): Promise<boolean>;
  /** Time limit until `ready`, milliseconds; default: 300,000. */
  timeoutMs?: number;
  /** Signal that asks the server to stop; default: SIGTERM. */
  stopSignal?: NodeJS.Signals;
}

export interface RunningServer {
  pid: number;
  /** Returns what the server has printed so far. */
  output(): string;
  /** Asks the server to stop, and kills it if it does not. */
  stop(): Promise<void>;
  /** Sends a signal to the server: `SIGSTOP` makes it hang, `SIGCONT` lets it continue. */
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal to the server and its child processes. */
  signalAll(signal: NodeJS.Signals): Promise<void>;
}

/** Starts a server and waits until it answers. The server ends with this process, even if this process is killed. */
export async function startServer(options: ServerCommand): Promise<RunningServer> {
  const user = options.unprivileged && UNPRIVILEGED ? UNPRIVILEGED : undefined;
  const identity = user ? ['--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups'] : [];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...identity, options.command, ...options.args], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-100_000));
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      output += String(error);
      resolve();
    });
  });

  const stop = async () => {
    if (running(child)) {
      signalProcess(child, 'SIGCONT');
      signalProcess(child, options.stopSignal ?? 'SIGTERM');
      const timer = setTimeout(() => signalProcess(child, 'SIGKILL'), 10_000);
      await ended;
      clearTimeout(timer);
    }
  };

  const deadline = Date.now() + (options.timeoutMs ?? 300_000);
  while (running(child) && Date.now() < deadline) {
    if (await options.ready().catch(() => false)) {
      return {
        pid: child.pid as number,
        output: () => output,
        stop,
        signal: (signal) => void signalProcess(child, signal),
        signalAll: (signal) => signalWithChildren(child, signal),
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const how = running(child) ? 'does not answer' : `ended with ${child.exitCode ?? child.signalCode ?? 'an error'}`;
  await stop();
  throw new Error(`${options.command} ${how}:\n${output.slice(-4000)}`);
}

function running(child: ChildProcess): child is ChildProcess & { pid: number } {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/**
 * Sends a signal to a child process. Does nothing if the process has not started or has already ended, because its number may
 * belong to another process by now. Only this file sends signals for the tests.
 *
 * @returns whether the signal was sent
 */
export function signalProcess(child: ChildProcess | undefined, signal: NodeJS.Signals): boolean {
  return child !== undefined && running(child) && child.kill(signal);
}

/** Kills a process that is not a child of this one, if its working directory is `folder`, a temporary folder of the test. */
export async function endProcessIn(folder: string, pid: number): Promise<void> {
  const place = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (place === folder) signalNumber(pid, 'SIGKILL');
}

async function signalWithChildren(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (!running(child)) return;
  const listed = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').catch(() => '');
  const children = listed.split(' ').filter(Boolean).map(Number);
  if (signal !== 'SIGCONT') signalProcess(child, signal);
  for (const pid of children) if (running(child)) signalNumber(pid, signal);
  if (signal === 'SIGCONT') signalProcess(child, signal);
}

/** Sends a signal to a process id. The caller has just checked that it is the right process. */
function signalNumber(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Runs a program to its end and returns its output. @throws Error with its output if it fails */
export function run(
  command: string,
  args: string[],
  options: { unprivileged?: boolean; input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: options.env ?? process.env,
      ...(options.unprivileged ? UNPRIVILEGED : {}),
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`)),
    );
    // If a program ends before it has read its input, the exit code says why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}
