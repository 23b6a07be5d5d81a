import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const HOARD = new URL('hoard-files.mjs', import.meta.url).href;
/** Connections that are open before the files run out. */
const CONNECTIONS = 6;

/** What the shell in the namespace does: bystanders in the server's process group and in others, and the server. */
export const WITH_BYSTANDERS =
  'for i in 1 2 3; do sleep 600 & setsid sleep 600 & done; ulimit -n 1024; "$@"; echo "the server ended with $?"; exec sleep 600';
export const BYSTANDERS = 6;

export interface Answer {
  status: number;
  text: string;
  headers: IncomingHttpHeaders;
}

/** The built server, of which a test says how many files it can still open. */
export interface StarvedServer {
  child: ChildProcess;
  output(): string;
  /** Asks over one of the connections that are open. */
  ask(path: string, headers?: Record<string, string>, body?: string): Promise<Answer>;
  /** Asks over a connection of its own. */
  askAnew(path: string): Promise<Answer>;
  /** Leaves it `count` files to open, `0` for as long as nothing else is said; `free`: as many as it likes. */
  leave(count: number | 'free'): Promise<void>;
  /** Has it send itself SIGHUP. */
  hangUp(): Promise<void>;
  /** Waits until its output matches. @throws Error with the output if that takes 30 s or it ends */
  prints(pattern: RegExp): Promise<RegExpExecArray>;
  /** How many bystanders live (see {@link WITH_BYSTANDERS}). */
  bystanders(): Promise<number>;
}

/**
 * Runs the built server, with an open connection or six to it.
 *
 * @param wrapper the command that runs it in a place of its own; its last arguments are the server's
 */
export async function runStarvedServer(args: string[], cwd: string, wrapper: string[]): Promise<StarvedServer> {
  const [command, ...rest] = [...wrapper, process.execPath, '--import', HOARD, PROGRAM, ...args, '--port', '0'];
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
    askAnew: (path) => ask(path, new Agent()),
    leave: (count) => say(String(count)),
    hangUp: () => say('hang up'),
    prints,
    async bystanders() {
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

/** Whether it is a bystander, and no zombie. */
async function isSleeping(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return /^Name:\s+sleep$/m.test(status) && !/^State:\s+Z/m.test(status);
}
