// `npm start`: builds what has changed, then runs the server in this process, so that the server gets the signals and sets the exit
// code. Arguments after `--` go to the server. `npm run build` checks types; here this is left out, because it takes half of a build.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { signalProcess } from './signal-process.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = `${root}node_modules/typescript/bin/tsc`;
if (!existsSync(tsc)) stop('The dependencies are not installed. Run: npm ci');
await build();
await import('../apps/manifest-server/dist/main.js');

async function build() {
  const args = [tsc, '--build', 'apps/manifest-server/tsconfig.lib.json', '--noCheck'];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const note = setTimeout(() => console.log('Building (only what has changed) …'), 3_000);
  let received;
  const give = (signal) => {
    received = signal;
    signalProcess(child, signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, give);
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearTimeout(note);
  for (const name of signals) process.off(name, give);
  // The build may have ended with another exit code after the signal.
  if (received) process.exit(128 + constants.signals[received]);
  if (code !== 0) stop(`The build failed:\n${output}`);
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
