// Loaded into a server by `--import`: opens files until as few can be opened as a line of standard input says. `0` keeps it so;
// `free` closes all of them; `hang up` sends SIGHUP to the server itself. Each line is answered by `done LINE`.
import { closeSync, openSync } from 'node:fs';
import { clearInterval, setInterval } from 'node:timers';

const held = [];
let timer;

function fill() {
  try {
    for (;;) held.push(openSync('/dev/null'));
  } catch {
    // No more can be opened.
  }
}

function release(count) {
  for (const descriptor of held.splice(0, count)) closeSync(descriptor);
}

process.stdin.on('data', (chunk) => {
  for (const line of String(chunk).trim().split(/\s*\n/)) {
    clearInterval(timer);
    if (line === 'free') release(held.length);
    else if (line === 'hang up') process.kill(process.pid, 'SIGHUP');
    else {
      fill();
      release(Number(line));
      if (line === '0') timer = setInterval(fill, 5).unref();
    }
    process.stdout.write(`done ${line}\n`);
  }
});
process.stdin.unref?.();
