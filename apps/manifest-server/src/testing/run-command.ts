import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runCommand } from '../cli/run.js';

/** Runs `pacs-connectors` in this process; `terminal` types the input at a terminal instead of piping it in. */
export async function runCli(
  args: string[],
  { env = {}, input = '', terminal = false }: { env?: NodeJS.ProcessEnv; input?: string; terminal?: boolean } = {},
) {
  const typed = new PassThrough();
  typed.write(input);
  const stdin = Object.assign(terminal ? typed : Readable.from([input]), { isTTY: terminal });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [out, err] = [text(stdout), text(stderr)];
  const code = await runCommand(args, { env, stdin, stdout, stderr });
  stdout.end();
  stderr.end();
  return { code, out: await out, err: await err };
}
