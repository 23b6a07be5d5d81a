import { closeSync, openSync } from 'node:fs';

/** Calls `reload` on SIGHUP. If the server was started on a terminal that has closed, it ends the server instead. */
export function reloadOnSighup(reload: () => void): void {
  const startedOnTerminal = hasTerminal();
  process.on('SIGHUP', () => {
    if (startedOnTerminal && !hasTerminal()) process.kill(process.pid, 'SIGTERM');
    else reload();
  });
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r+'));
    return true;
  } catch (error) {
    // At the limit of open files, the terminal may still be there.
    return ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}
