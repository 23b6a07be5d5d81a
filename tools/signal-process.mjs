/**
 * Sends a signal to a child process. Does nothing if the process has not started or has already ended, because its number may
 * belong to another process by now.
 */
export function signalProcess(child, signal) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
}
