import { type ChildProcess } from 'node:child_process';

/**
 * Ends a child process at once. Does nothing if it has not started or has already ended.
 *
 * This is the only place in this package that signals a process: `ChildProcess.kill` of a process that could not start sends
 * the signal to whatever number is left in its memory, which may be 0 (the own process group) or someone else's process.
 */
export function endProcess(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
}
