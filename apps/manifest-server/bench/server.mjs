// The built server as a child process, with a probe in it that measures its event loop.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { signalProcess } from '../../../tools/signal-process.mjs';

const PROGRAM = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const PROBE = new URL('probe.mjs', import.meta.url).href;

/** @param cwd where plug-in packages of the configuration are installed */
export async function startServer(configuration, cwd) {
  const child = spawn(
    process.execPath,
    ['--import', PROBE, PROGRAM, '--connectors-config', configuration, '--port', '0'],
    {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  );
  let output = '';
  // Its log is on standard output; the addresses to paste are not.
  child.stderr.on('data', (chunk) => (output += chunk));
  let host;
  while (!(host = /serves on (\S+)/.exec(output)?.[1])) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${output}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const agent = new Agent({ keepAlive: true });
  const ask = async (message) => {
    child.send(message);
    return (await once(child, 'message'))[0];
  };
  return {
    url: `http://${host}`,
    /** Reads a manifest as it comes, without unpacking it; how many bytes it had. */
    manifest: (studyUid, headers) => get(`http://${host}/manifest?studyUID=${studyUid}`, headers, agent),
    /** How many instances a manifest has. */
    async instances(studyUid) {
      const response = await fetch(`http://${host}/manifest?studyUID=${studyUid}`);
      return (await response.text()).split('<Instance ').length - 1;
    },
    /** Event-loop delays of the server while `work` runs, milliseconds. */
    async during(work) {
      await ask('start');
      await work();
      return ask('stop');
    },
    /** Memory of the server now, and at its highest since `forgetPeak`, MiB. */
    memory: () => memoryOf(child.pid),
    forgetPeak: () => writeFile(`/proc/${child.pid}/clear_refs`, '5'),
    async stop() {
      agent.destroy();
      const ended = once(child, 'exit');
      signalProcess(child, 'SIGTERM');
      await ended;
    },
  };
}

function get(url, headers, agent) {
  return new Promise((resolve, reject) => {
    request(url, { headers, agent }, (response) => {
      let bytes = 0;
      response.on('data', (chunk) => (bytes += chunk.length));
      response.on('error', reject);
      response.on('end', () =>
        response.statusCode === 200 ? resolve(bytes) : reject(new Error(`status ${response.statusCode}`)),
      );
    })
      .on('error', reject)
      .end();
  });
}

async function memoryOf(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const mib = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)[1]) / 1024;
  return { now: mib('VmRSS'), peak: mib('VmHWM') };
}
