// 100 probes a second for a minute while every archive hangs, and searches in them wait: how long the slowest hundredth takes.
// The baseline is a bare HTTP server, in a process of its own too, under the same probes in the same run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { startServer } from './server.mjs';
import { signalProcess } from '../../../tools/signal-process.mjs';

const SECONDS = Number(process.env.PROBE_SECONDS ?? 60);
const PER_SECOND = 100;
/** Milliseconds. */
const TARGET = 20;
const PATHS = ['/health/live', '/health/ready', '/health/startup', '/health/connectors'];
const ARCHIVES = 5;

const sockets = new Set();
// Takes connections and never says a word.
const archive = createTcpServer((socket) => sockets.add(socket.on('error', () => sockets.delete(socket)))).listen(
  0,
  '127.0.0.1',
);
const bare = spawn(
  process.execPath,
  [
    '-e',
    `const server = require('node:http').createServer((_, response) => response.end('{"status":"ok"}'));
    server.listen(0, '127.0.0.1', () => console.log(server.address().port));`,
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const [[barePort]] = await Promise.all([once(bare.stdout, 'data'), once(archive, 'listening')]);
const folder = await mkdtemp(join(tmpdir(), 'probes-'));
const configuration = join(folder, 'connectors.yml');
await writeFile(
  configuration,
  `health: { check-interval: 1s, check-timeout: 500ms }
connector:
  timeout: 5s
  config:
${Array.from({ length: ARCHIVES }, (_, index) => connector(`archive-${index}`)).join('')}`,
);
const agent = new Agent({ keepAlive: true });
const server = await startServer(configuration, folder);
try {
  while ((await probe(`${server.url}/health/ready`)).status !== 200) await pause(100);
  const searching = setInterval(() => void probe(`${server.url}/manifest?studyUID=1.2`).catch(() => undefined), 200);
  const times = await probes((index) => server.url + PATHS[index % PATHS.length]);
  clearInterval(searching);
  const baselines = await probes(() => `http://127.0.0.1:${Number(barePort)}/`, Math.min(SECONDS, 10));
  const value = p99(times);
  const baseline = p99(baselines);
  console.log(
    JSON.stringify({
      name: `p99 of ${times.length} probes while ${ARCHIVES} archives hang`,
      value,
      baseline,
      unit: 'ms',
      ratio: value / baseline,
      target: TARGET / baseline,
      note: `at most ${TARGET} ms; slowest ${Math.round(Math.max(...times))} ms; baseline: a bare HTTP server`,
    }),
  );
} finally {
  agent.destroy();
  for (const socket of sockets) socket.destroy();
  archive.close();
  signalProcess(bare, 'SIGTERM');
  await server.stop();
  await rm(folder, { recursive: true });
}

function connector(id) {
  return `    ${id}:
      type: DICOM_WEB
      dicom-web-connector:
        qido-rs.authentication.basic.server.url: http://127.0.0.1:${archive.address().port}/dicom-web
        wado-rs.authentication.basic.server.url: http://127.0.0.1:${archive.address().port}/dicom-web
`;
}

/** Times of probes sent at an even pace, whatever became of those before; milliseconds. */
async function probes(url, seconds = SECONDS) {
  const times = [];
  const running = [];
  const start = performance.now();
  for (let index = 0; index < seconds * PER_SECOND; index++) {
    const due = start + (index * 1000) / PER_SECOND;
    if (due > performance.now()) await pause(due - performance.now());
    const sent = performance.now();
    running.push(
      probe(url(index)).then(({ status }) => {
        if (status !== 200) throw new Error(`a probe got ${status}`);
        times.push(performance.now() - sent);
      }),
    );
  }
  await Promise.all(running);
  return times;
}

function probe(url) {
  return new Promise((resolve, reject) => {
    request(url, { agent }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode }));
      response.on('error', reject);
    })
      .on('error', reject)
      .end();
  });
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function p99(times) {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)];
}
