// Loaded into the server before its own code: measures the event loop between the messages `start` and `stop`.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';

let delay;
let timer;
let turns;
process.on('message', (message) => {
  if (message === 'start') {
    delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    turns = [];
    let before = process.cpuUsage();
    timer = setInterval(() => {
      const { user, system } = process.cpuUsage(before);
      turns.push((user + system) / 1000);
      before = process.cpuUsage();
    }, 1);
    process.send('started');
  } else {
    delay.disable();
    clearInterval(timer);
    turns.sort((a, b) => a - b);
    // Processor time between two turns of the loop, of all threads: what other programs on the machine do not stretch.
    const p99Cpu = turns[Math.floor(turns.length * 0.99)];
    process.send({ p99: delay.percentile(99) / 1e6, max: delay.max / 1e6, p99Cpu });
  }
});
// The probe keeps nobody alive.
process.channel?.unref();
