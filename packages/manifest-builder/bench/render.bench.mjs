// Rendering against plain string joining; large against small; memory; the event loop while eight manifests are written.
import { execFileSync } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { renderManifest } from '@pacs-connectors/manifest-builder';
import { joinPlainly, sampleArcQuery } from './sample.mjs';

const TEN_THOUSAND = { studies: 5, series: 20, instances: 100 };
const HUNDRED_THOUSAND = { studies: 50, series: 20, instances: 100 };

function report(row) {
  console.log(JSON.stringify({ ...row, ratio: row.value / row.baseline }));
}

/** The bytes of a manifest, piece by piece, as a server sends them. */
async function render(query, format) {
  let bytes = 0;
  for await (const piece of renderManifest({ arcQueries: [query] }, { format })) bytes += Buffer.from(piece).length;
  return bytes;
}

/**
 * What two ways cost in turn, milliseconds a run: medians of `rounds` batches, each run on a tree that nobody has touched.
 * The note holds the same of the processor time, which other programs on the machine do not stretch.
 * `runs` evens out how long the batches last, so that a busy machine disturbs both alike.
 */
async function compare(rounds, ...ways) {
  const times = ways.map(() => []);
  const cpu = ways.map(() => []);
  for (let round = -2; round < rounds; round++)
    for (const [index, { make, run, runs }] of ways.entries()) {
      const inputs = Array.from({ length: runs }, make);
      globalThis.gc?.();
      const start = performance.now();
      const startCpu = process.cpuUsage();
      for (const input of inputs) await run(input);
      if (round < 0) continue;
      times[index].push((performance.now() - start) / runs);
      const { user, system } = process.cpuUsage(startCpu);
      cpu[index].push((user + system) / 1000 / runs);
    }
  const [value, baseline] = times.map(median);
  const [cpuValue, cpuBaseline] = cpu.map(median);
  return { value, baseline, unit: 'ms', note: `ratio of processor time ${(cpuValue / cpuBaseline).toFixed(2)}` };
}

async function delayOf(work) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await work();
  delay.disable();
  return delay;
}

function median(numbers) {
  return numbers.sort((a, b) => a - b)[numbers.length >> 1];
}

const small = () => sampleArcQuery(TEN_THOUSAND);
const large = () => sampleArcQuery(HUNDRED_THOUSAND);

{
  let same;
  for await (const piece of renderManifest({ arcQueries: [small()] })) same = (same ?? '') + piece;
  if (same.length !== joinPlainly(small()).length) throw new Error('the baseline does not write the same manifest');
}

const plain = { make: small, run: (query) => Buffer.from(joinPlainly(query)).length, runs: 12 };

for (const format of ['xml', 'json']) {
  const way = { make: small, run: (query) => render(query, format), runs: 5 };
  report({
    name: `render 10,000 instances, ${format}, to plain joining`,
    ...(await compare(15, way, plain)),
    target: 6,
  });
}
{
  const figures = await compare(9, { make: large, run: render, runs: 1 }, { make: small, run: render, runs: 10 });
  report({ name: 'render 100,000 instances, xml, to 10,000', ...figures, target: 12 });
}
{
  // In a process of its own, whose memory nothing before has stretched.
  const script = new URL('memory.mjs', import.meta.url).pathname;
  const value = Number(execFileSync(process.execPath, ['--expose-gc', script], { encoding: 'utf8' }));
  report({ name: 'memory added, 100,000 instances, to the limit', value, baseline: 300, unit: 'MiB', target: 1 });
}
for (const [name, make, rounds] of [
  ['10,000', small, 20],
  ['100,000', large, 4],
]) {
  const queries = Array.from({ length: 8 }, make);
  globalThis.gc?.();
  // What the machine itself adds, in a loop that does nothing else.
  const idle = await delayOf(() => new Promise((resolve) => setTimeout(resolve, 1000)));
  const delay = await delayOf(async () => {
    for (let round = 0; round < rounds; round++) await Promise.all(queries.map((query) => render(query)));
  });
  report({
    name: `event-loop delay p99, 8 × ${name} at once, to the limit`,
    value: delay.percentile(99) / 1e6,
    baseline: 25,
    unit: 'ms',
    target: 1,
    note: `max ${(delay.max / 1e6).toFixed(1)} ms; idle p99 ${(idle.percentile(99) / 1e6).toFixed(1)} ms`,
  });
}
