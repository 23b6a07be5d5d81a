// From the start of the process until the server is ready, against the start of Node.js itself in the same run.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { signalProcess } from '../../../tools/signal-process.mjs';

const PROGRAM = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const ROUNDS = 7;
/** Milliseconds, on 2 cores. */
const TARGET = 2000;

const times = [];
for (let round = 0; round < ROUNDS; round++) times.push(await startToReady());
const bare = Array.from({ length: ROUNDS }, () => {
  const start = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - start;
});
const value = median(times);
const baseline = median(bare);
console.log(
  JSON.stringify({
    name: 'start to ready (the demo)',
    value,
    baseline,
    unit: 'ms',
    ratio: value / baseline,
    target: TARGET / baseline,
    note: `at most ${TARGET} ms; all: ${times.map(Math.round).join(', ')}; baseline: node -e 0`,
  }),
);

async function startToReady() {
  const start = performance.now();
  const child = spawn(process.execPath, [PROGRAM, '--port', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  let output = '';
  child.stderr.on('data', (chunk) => (output += chunk));
  let host;
  while (!(host = /serves on (\S+)/.exec(output)?.[1])) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${output}`);
    await pause();
  }
  while ((await fetch(`http://${host}/health/ready`)).status !== 200) await pause();
  const time = performance.now() - start;
  signalProcess(child, 'SIGTERM');
  await ended;
  return time;
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
