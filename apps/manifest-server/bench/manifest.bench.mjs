// The whole way, uncached: HTTP request → PostgreSQL → manifest → HTTP response; to the bare query for the same rows.
import pg from 'pg';
import { SELECT, startArchive, STUDIES } from './archive.mjs';
import { startServer } from './server.mjs';

const AS_WEASIS = { accept: 'application/xml', 'accept-encoding': 'gzip' };
const PLAIN = { accept: 'application/xml', 'accept-encoding': 'identity' };
const SMALL = STUDIES[10_000];
const LARGE = STUDIES[100_000];

function report(row) {
  console.log(JSON.stringify({ ...row, ratio: row.value / row.baseline }));
}

/** Medians of what two ways cost in turn, milliseconds. */
async function compare(rounds, ...ways) {
  const times = ways.map(() => []);
  for (let round = -3; round < rounds; round++)
    for (const [index, way] of ways.entries()) {
      const start = performance.now();
      await way();
      if (round >= 0) times[index].push(performance.now() - start);
    }
  const [value, baseline] = times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]);
  return { value, baseline, unit: 'ms' };
}

const { database, configuration, stop } = await startArchive();
const client = new pg.Client({ ...database });
await client.connect();
const bare = async () => {
  const { rows } = await client.query(`${SELECT} WHERE st.study_iuid = $1`, [SMALL]);
  if (rows.length !== 10_000) throw new Error(`the bare query got ${rows.length} rows`);
};

let server = await startServer(configuration);
try {
  for (const [count, study] of Object.entries(STUDIES)) {
    const found = await server.instances(study);
    if (found !== Number(count)) throw new Error(`the manifest has ${found} instances instead of ${count}`);
  }
  const plain = await compare(15, () => server.manifest(SMALL, PLAIN), bare);
  report({ name: '10,000 instances over HTTP, to the bare pg query', ...plain, target: 3 });
  const packed = await compare(15, () => server.manifest(SMALL, AS_WEASIS), bare);
  report({ name: '10,000 instances over HTTP with gzip, to the bare pg query', ...packed, target: 3 });
  const large = await compare(
    5,
    () => server.manifest(LARGE, AS_WEASIS),
    () => server.manifest(SMALL, AS_WEASIS),
  );
  report({ name: '100,000 instances over HTTP, to 10,000', ...large, target: 12 });

  for (const [name, study, rounds] of [
    ['10,000', SMALL, 6],
    ['100,000', LARGE, 1],
  ]) {
    const idle = await server.during(() => new Promise((resolve) => setTimeout(resolve, 1000)));
    const busy = await server.during(async () => {
      for (let round = 0; round < rounds; round++)
        await Promise.all(Array.from({ length: 8 }, () => server.manifest(study, AS_WEASIS)));
    });
    report({
      name: `event-loop delay p99, 8 × ${name} at once over HTTP, to the limit`,
      value: busy.p99,
      baseline: 25,
      unit: 'ms',
      target: 1,
      note: `max ${busy.max.toFixed(1)} ms; idle p99 ${idle.p99.toFixed(1)} ms; processor time p99 ${busy.p99Cpu.toFixed(1)} ms`,
    });
  }
  await server.stop();

  // A server of its own, whose memory nothing before has stretched.
  server = await startServer(configuration);
  await server.manifest(SMALL, AS_WEASIS);
  await server.forgetPeak();
  const { now } = await server.memory();
  const bytes = await server.manifest(LARGE, AS_WEASIS);
  const { peak } = await server.memory();
  report({
    name: 'memory added in the server, 100,000 instances, to the limit',
    value: peak - now,
    baseline: 300,
    unit: 'MiB',
    target: 1,
    note: `from ${now.toFixed(0)} to ${peak.toFixed(0)} MiB, ${(bytes / 2 ** 20).toFixed(1)} MiB sent`,
  });
} finally {
  await server.stop();
  await client.end();
  await stop();
}
