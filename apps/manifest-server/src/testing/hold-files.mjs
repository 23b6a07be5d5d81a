// Loaded into a server by `--import`. A line of standard input with a number makes it open files until only so many more can be
// opened. `0` lasts until the next line; `free` closes the files; `sighup` sends SIGHUP to the server. The answer is `done LINE`.
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
    else if (line === 'sighup') process.kill(process.pid, 'SIGHUP');
    else {
      fill();
      release(Number(line));
      if (line === '0') timer = setInterval(fill, 5).unref();
    }
    process.stdout.write(`done ${line}\n`);
  }
});
process.stdin.unref?.();
