import { run } from './process.js';

const UNSHARE = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
/** Root may make a namespace; others may where they are root of a user namespace. */
const WAYS = [UNSHARE, [...UNSHARE, '--user', '--map-root-user']];

/**
 * Returns the command to put before a program and its arguments so that it runs in a PID namespace of its own, as a shell's
 * child that leads a process group: it can signal nobody outside, and all in it ends with the command.
 *
 * @param script of the shell; `"$@"` runs the program
 * @throws Error if this machine allows no PID namespace (tools/peers.mjs checks that before the tests)
 */
export async function inPidNamespace(script: string): Promise<string[]> {
  for (const way of WAYS) {
    const allowed = await run(way[0]!, [...way.slice(1), 'true']).then(
      () => true,
      () => false,
    );
    if (allowed) return [...way, 'setsid', 'sh', '-c', script, 'sh'];
  }
  throw new Error('unshare may not make a PID namespace. Remedy: npm test says how to allow one.');
}
