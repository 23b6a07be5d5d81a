import { closeSync, openSync } from 'node:fs';
import { reloadOnSighup } from './lifecycle/sighup.js';

/** The number of files that Node.js opens at once to load the server, and some more. */
const FILES_TO_START = 450;

// A SIGHUP ends a process that has no listener, so this one comes before the other modules are loaded, which takes a while.
// The server reads its files after that, so it misses no change.
let reload: () => unknown = () => undefined;
reloadOnSighup(() => reload());
const { run } = await import('./run.js').catch((error: unknown) => {
  // Node.js reports a module that it could not open as missing.
  if (canOpenFiles(FILES_TO_START)) throw error;
  console.error(
    `The server cannot start: this process can open fewer than ${FILES_TO_START} files. Remedy: allow at least 1024 (LimitNOFILE= in its systemd unit, --ulimit nofile= of its container, ulimit -n in its shell). [archive.open-files.limit-reached]`,
  );
  process.exit(1);
});
const reloads = await run();
reload = () => reloads.reload();

function canOpenFiles(count: number): boolean {
  const opened: number[] = [];
  try {
    while (opened.length < count) opened.push(openSync('/', 'r'));
    return true;
  } catch (error) {
    return !['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '');
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}
