// Launches and kept manifests, to a bare Fastify in a process of its own, in turn with it.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { startHeldArchive } from './held-archive.mjs';
import { startServer } from './server.mjs';
import { signalProcess } from '../../../tools/signal-process.mjs';

const report = (row) => console.log(JSON.stringify({ ...row, ratio: row.value / row.baseline }));
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];

function get(url, { agent, method = 'GET', body, headers } = {}) {
  return new Promise((resolve, reject) => {
    request(url, { agent, method, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, chunks }));
    })
      .on('error', reject)
      .end(body);
  });
}

/** Rounds before any is counted: until V8 has compiled what is measured. */
const WARM_UP = 4000;

/** p50 of two ways in turn, `width` requests each, milliseconds; `after` is not counted. */
async function latencies(rounds, width, first, second, after = () => undefined) {
  const times = [[], []];
  for (let block = -WARM_UP; block < rounds; block += width)
    for (const [index, way] of [first, second].entries())
      for (let round = block; round < block + width; round++) {
        const start = performance.now();
        const result = await way(round);
        if (round >= 0) times[index].push(performance.now() - start);
        if (index === 0) await after(result);
      }
  return { value: median(times[0]), baseline: median(times[1]), unit: 'ms' };
}

/** Time for each of `count` answers, asked `width` at a time, milliseconds. */
async function spell(way, count, width) {
  let left = count;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (left-- > 0) await way();
    }),
  );
  return (performance.now() - start) / count;
}

const archive = await startHeldArchive();
const bare = fork(fileURLToPath(new URL('bare-fastify.mjs', import.meta.url)));
const [barePort] = await once(bare, 'message');
const bareUrl = `http://127.0.0.1:${barePort}`;
const agent = new Agent({ keepAlive: true });
// One connection: each request waits until the one before has given it back, and none opens a second.
const single = new Agent({ keepAlive: true, maxSockets: 1 });
let server = await startServer(archive.prompt, archive.folder);
try {
  const launch = async (query) => {
    const { status, headers } = await get(`${server.url}/display?${query}`, { agent: single });
    if (status !== 302) throw new Error(`a launch answered ${status}`);
    return /key=([\w-]+)/.exec(decodeURIComponent(headers.location))[1];
  };
  const empty = () => get(`${bareUrl}/empty`, { agent: single });
  const asked = () => launch('studyUID=1.2.10&user=u');
  const again = await latencies(3000, 1, asked, empty);
  report({ name: 'launch of a question asked before, p50, to an empty Fastify route', ...again, target: 2 });
  const hot = await latencies(3000, 100, asked, empty);
  report({ name: 'the same, a hundred in a row', ...hot, target: 2 });
  // The build is waited for before the next launch: it is not the launch's own time, and no other launch's.
  const anew = await latencies(
    3000,
    1,
    (round) => launch(`studyUID=1.${round + WARM_UP}.10&user=u`),
    empty,
    (begun) => get(`${server.url}/manifest?key=${begun}`, { agent: single }),
  );
  report({ name: 'launch that begins a build, p50, to an empty Fastify route', ...anew, target: 2 });

  const key = await launch('studyUID=1.2.45000');
  const headers = { accept: 'application/xml', 'accept-encoding': 'gzip' };
  const kept = async () => {
    const { status, chunks } = await get(`${server.url}/manifest?key=${key}`, { agent, headers });
    if (status !== 200) throw new Error(`a manifest answered ${status}`);
    return chunks;
  };
  const bytes = Buffer.concat(await kept());
  await get(`${bareUrl}/bytes`, { method: 'PUT', body: bytes, headers: { 'content-type': 'application/gzip' } });
  const bareBytes = () => get(`${bareUrl}/bytes`, { agent });
  const rates = [[], []];
  for (let round = -2; round < 12; round++)
    for (const [index, way] of [kept, bareBytes].entries()) {
      const each = await spell(way, 60, 8);
      if (round >= 0) rates[index].push(each);
    }
  report({
    name: 'kept manifests of 1 MB, time for each, to a bare Fastify route sending the same bytes',
    value: median(rates[0]),
    baseline: median(rates[1]),
    unit: 'ms',
    target: 1 / 0.7,
    note: `${(bytes.length / 1e6).toFixed(2)} MB of gzip, 8 at a time`,
  });
  await server.stop();

  server = await startServer(archive.held, archive.folder);
  const warm = await launch('studyUID=1.1.500');
  while (archive.questions.length < 1) await new Promise((resolve) => setTimeout(resolve, 10));
  archive.questions[0]();
  await get(`${server.url}/manifest?key=${warm}`, { headers });
  const waitedFor = await launch('studyUID=1.2.500');
  await server.forgetPeak();
  const { now } = await server.memory();
  const crowd = new Agent({ keepAlive: true, maxSockets: 1000 });
  const waiting = Array.from({ length: 1000 }, () =>
    get(`${server.url}/manifest?key=${waitedFor}`, { agent: crowd, headers }),
  );
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const { now: crowded } = await server.memory();
  const questions = archive.questions.slice(1);
  for (const answer of questions) answer();
  const answers = await Promise.all(waiting);
  const { peak } = await server.memory();
  crowd.destroy();
  if (answers.some(({ status }) => status !== 200)) throw new Error('not everybody who waited was answered');
  report({
    name: 'questions to the archive, 1,000 callers waiting for one build',
    value: questions.length,
    baseline: 1,
    unit: '',
    target: 1,
  });
  report({
    name: 'memory added in the server by 1,000 callers waiting for one build, to the limit',
    value: peak - now,
    baseline: 64,
    unit: 'MiB',
    target: 1,
    note: `the peak, answering them included; waiting ${(crowded - now).toFixed(0)} MiB`,
  });
} finally {
  agent.destroy();
  single.destroy();
  bare.disconnect();
  signalProcess(bare, 'SIGTERM');
  await server.stop();
  await archive.stop();
}
