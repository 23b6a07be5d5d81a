import { closeSync, openSync } from 'node:fs';

/**
 * Calls `reload` when SIGHUP comes. Where the server was started on a terminal and that is gone, it is asked to end instead:
 * nobody would know of it any more.
 */
export function reloadByHangUp(reload: () => void): void {
  const onTerminal = hasTerminal();
  process.on('SIGHUP', () => {
    if (onTerminal && !hasTerminal()) process.kill(process.pid, 'SIGTERM');
    else reload();
  });
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r+'));
    return true;
  } catch (error) {
    // No file can be opened now, which says nothing about the terminal.
    return ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}
