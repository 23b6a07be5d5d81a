import { type ChildProcess } from 'node:child_process';

/**
 * Ends a child process at once. Does nothing if it has not started or has already ended.
 *
 * No other code in this package may signal a process. If a process could not start, `ChildProcess.kill` signals whatever
 * number is left in its memory. That may be 0 (our own process group) or another program's process.
 */
export function endProcess(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
}
