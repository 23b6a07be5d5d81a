/**
 * Sends a signal to a child process. Does nothing if it has not started or has already ended: its number, if it ever had one,
 * may be someone else's.
 */
export function signalProcess(child, signal) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
}
