import { run } from './process.js';

const UNSHARE = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
/** Arguments of `unshare`. Root may make a namespace; other users need a user namespace in which they are root. */
const WAYS = [UNSHARE, [...UNSHARE, '--user', '--map-root-user']];

/**
 * Returns the command to put before a program and its arguments so that the program runs in a new PID namespace. There it is a
 * child of a shell and leads a process group. It cannot signal processes outside, and every process inside ends with the command.
 *
 * @param script the script of the shell; `"$@"` runs the program
 * @throws Error if this machine allows no PID namespace (tools/peers.mjs checks this before the tests)
 */
export async function inPidNamespace(script: string): Promise<string[]> {
  for (const way of WAYS) {
    const allowed = await run(way[0]!, [...way.slice(1), 'true']).then(
      () => true,
      () => false,
    );
    if (allowed) return [...way, 'setsid', 'sh', '-c', script, 'sh'];
  }
  throw new Error('unshare is not allowed to make a PID namespace. Run npm test: it says how to allow it.');
}
