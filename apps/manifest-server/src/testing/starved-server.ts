import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const HOLD_FILES = new URL('hold-files.mjs', import.meta.url).href;
/** Connections that are open before the files run out. */
const CONNECTIONS = 6;

/** The shell command in the namespace: it starts other processes in the server's process group and in others, then the server. */
export const WITH_OTHER_PROCESSES =
  'for i in 1 2 3; do sleep 600 & setsid sleep 600 & done; ulimit -n 1024; "$@"; echo "the server ended with $?"; exec sleep 600';
export const OTHER_PROCESSES = 6;

export interface Answer {
  status: number;
  text: string;
  headers: IncomingHttpHeaders;
}

/** The built server. A test sets how many more files it can open. */
export interface StarvedServer {
  child: ChildProcess;
  output(): string;
  /** Sends a request over one of the open connections. */
  ask(path: string, headers?: Record<string, string>, body?: string): Promise<Answer>;
  /** Sends a request over a new connection. */
  askOnNewConnection(path: string): Promise<Answer>;
  /** Lets the server open `count` more files; `0` lasts until the next call; `free` removes the limit. */
  limitFiles(count: number | 'free'): Promise<void>;
  /** Makes the server send SIGHUP to itself. */
  sendSighup(): Promise<void>;
  /** Waits until its output matches. @throws Error with the output if that takes 30 s or it ends */
  prints(pattern: RegExp): Promise<RegExpExecArray>;
  /** Returns how many of {@link OTHER_PROCESSES} run. */
  otherProcesses(): Promise<number>;
}

/**
 * Runs the built server and opens six connections to it.
 *
 * @param wrapper the command that runs it; its last arguments are the server's
 */
export async function runStarvedServer(args: string[], cwd: string, wrapper: string[]): Promise<StarvedServer> {
  const [command, ...rest] = [...wrapper, process.execPath, '--import', HOLD_FILES, PROGRAM, ...args, '--port', '0'];
  const env = { PATH: process.env['PATH'], HOME: cwd, TMPDIR: cwd, TERM: 'dumb' };
  const child = spawn(command!, rest, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const prints = async (pattern: RegExp) => {
    const end = Date.now() + 120_000;
    for (;;) {
      const found = pattern.exec(output);
      if (found) return found;
      if (child.exitCode !== null || child.signalCode !== null || /the server ended/.test(output) || Date.now() > end)
        throw new Error(`the server does not print ${pattern}:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const [, host] = await prints(/serves on (\S+)/);
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const ask = (path: string, own: Agent, headers = {}, body?: string) =>
    new Promise<Answer>((resolve, reject) => {
      const options = { agent: own, headers, method: body === undefined ? 'GET' : 'POST', timeout: 20_000 };
      const question = request(`http://${host}${path}`, options, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }));
      });
      question.on('error', reject);
      question.on('timeout', () => question.destroy(new Error(`no answer to ${path}`)));
      question.end(body);
    });
  await Promise.all(Array.from({ length: CONNECTIONS }, () => ask('/health/live', agent)));
  const say = async (line: string) => {
    output = output.replaceAll(`done ${line}`, '');
    child.stdin.write(`${line}\n`);
    await prints(new RegExp(`done ${line}`));
  };
  return {
    child,
    output: () => output,
    ask: (path, headers, body) => ask(path, agent, headers, body),
    askOnNewConnection: (path) => ask(path, new Agent()),
    limitFiles: (count) => say(String(count)),
    sendSighup: () => say('sighup'),
    prints,
    async otherProcesses() {
      const [init] = await childrenOf(child.pid);
      const alive = await Promise.all((await childrenOf(init)).map(isSleeping));
      return alive.filter(Boolean).length;
    },
  };
}

async function childrenOf(pid: number | undefined): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

/** Whether a process is one of the other processes, and not a zombie. */
async function isSleeping(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return /^Name:\s+sleep$/m.test(status) && !/^State:\s+Z/m.test(status);
}
