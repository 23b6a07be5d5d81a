import { closeSync, openSync } from 'node:fs';
import { reloadByHangUp } from './lifecycle/hang-up.js';

/** How many files Node.js opens at once to load the server, and a few more. */
const FILES_TO_START = 450;

// Before the rest is loaded, which takes a while: a SIGHUP meanwhile would end the process. What has changed until the
// server follows the files is seen then.
let reload: () => unknown = () => undefined;
reloadByHangUp(() => reload());
const { run } = await import('./run.js').catch((error: unknown) => {
  // Modules are said to be missing where they could not be opened.
  if (mayOpen(FILES_TO_START)) throw error;
  console.error(
    `The server cannot start: this process may open fewer than ${FILES_TO_START} files. Remedy: allow it at least 1024 (LimitNOFILE= in its systemd unit, --ulimit nofile= of its container, ulimit -n in its shell).`,
  );
  process.exit(1);
});
const reloads = await run();
reload = () => reloads.reload();

function mayOpen(count: number): boolean {
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
