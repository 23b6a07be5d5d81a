import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { faultProxy, type FaultProxy, sampleArchive } from '@pacs-connectors/connector-testkit';
import {
  type RunningOrthanc,
  signalProcess,
  startOrthanc,
  temporaryFolder,
  writeDicomFiles,
} from '@pacs-connectors/test-services';
import { type BuiltServer, runBuiltServer } from '../testing/built-server.js';

/** The same Orthanc by C-FIND and by DICOMweb, and both again through a network that can be slow. Each lists its studies (`separate`). */
const DIRECT = ['dicom', 'web'];
const REMOTE = ['remote-dicom', 'remote-web'];
/** A busy machine answers within these. */
const CHECK_TIMEOUT = '8s';
const SEARCH_TIMEOUT = '15s';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let orthanc: RunningOrthanc;
let networks: FaultProxy[];
let server: BuiltServer;
let url: string;

beforeAll(async () => {
  folder = await temporaryFolder('orthanc-health');
  orthanc = await startOrthanc({ dicomWeb: true });
  await orthanc.upload(await writeDicomFiles(join(folder.path, 'dicom'), sampleArchive.slice(0, 1)));
  networks = await Promise.all(
    [orthanc.dicomPort, orthanc.httpPort].map((port) => faultProxy({ target: { host: '127.0.0.1', port } })),
  );
  const file = join(folder.path, 'connectors.yml');
  const ports = [...networks.map(({ port }) => port)];
  await writeFile(
    file,
    `health: { check-interval: 300ms, check-timeout: ${CHECK_TIMEOUT}, circuit.rest: 1h }
connector:
  timeout: ${SEARCH_TIMEOUT}
  config:
${dicom('dicom', orthanc.dicomPort)}${web('web', orthanc.httpPort)}${dicom('remote-dicom', ports[0]!)}${web('remote-web', ports[1]!)}`,
  );
  server = await runBuiltServer(['--connectors-config', file, '--port', '0'], folder.path);
  url = await server.address();
  while ((await status('startup')) !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
});

beforeEach(() => turn([...DIRECT, ...REMOTE], 200));

afterAll(async () => {
  signalProcess(server?.child, 'SIGTERM');
  await server?.ended;
  await Promise.all((networks ?? []).map((network) => network.close()));
  orthanc?.signal('SIGCONT');
  await orthanc?.stop();
  await folder?.remove();
});

function dicom(id: string, port: number): string {
  return `    ${id}:
      type: DICOM
      separate: true
      wado.authentication.basic.url: http://${id}.example/wado
      dicom-connector: { calling-aet: VIEWER, aet: ORTHANC, host: 127.0.0.1, port: ${port}, idle-timeout: 500ms, connect-timeout: 1m, echo-timeout: 1m }
`;
}

function web(id: string, port: number): string {
  return `    ${id}:
      type: DICOM_WEB
      separate: true
      dicom-web-connector:
        qido-rs.authentication.basic.server: { url: http://127.0.0.1, port: ${port}, context: /dicom-web }
        wado-rs.authentication.basic.server: { url: http://${id}.example, context: /dicom-web }
`;
}

const status = (path: string) => fetch(`${url}/health/${path}`).then((response) => response.status);

interface Health {
  status: string;
  latencyMs?: number;
  lastError?: { kind: string; remedy?: string };
}

async function health(id: string): Promise<Health | undefined> {
  const report = (await fetch(`${url}/health/connectors/${id}`).then((response) => response.json())) as {
    details: Record<string, Health>;
  };
  return report.details[id];
}

/** Waits until the health of all of `ids` is as wanted; liveness and readiness stay as they are all the while. */
async function turn(ids: readonly string[], wanted: 200 | 503): Promise<void> {
  const end = Date.now() + 120_000;
  for (;;) {
    const codes = await Promise.all(ids.map((id) => status(`connectors/${id}`)));
    expect(await Promise.all(['live', 'ready'].map(status))).toEqual([200, 200]);
    if (codes.every((code) => code === wanted)) return;
    if (Date.now() > end) throw new Error(`${ids.join(', ')} did not turn to ${wanted}, but ${codes.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Waits until a connector is reported as up and slow. */
async function becomesSlow(id: string): Promise<void> {
  const end = Date.now() + 120_000;
  for (;;) {
    const reported = await health(id);
    if (reported?.status === 'up' && (reported.latencyMs ?? 0) > 80) return;
    if (Date.now() > end) throw new Error(`${id} is not reported as up and slow: ${JSON.stringify(reported)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function manifest(...ids: string[]): Promise<{ code: number; text: string }> {
  const [patient] = sampleArchive;
  const question = new URLSearchParams({ patientID: patient?.patientId ?? '', archive: ids.join(',') });
  const response = await fetch(`${url}/manifest?${question}`, { headers: { accept: 'application/xml' } });
  return { code: response.status, text: await response.text() };
}

/** Every archive of `ids` gives its studies. */
async function expectWhole(...ids: string[]): Promise<void> {
  const { code, text } = await manifest(...ids);
  expect(code).toBe(200);
  expect(text).not.toContain('severity="ERROR"');
  const studies = sampleArchive[0]?.studies ?? [];
  for (const { studyInstanceUid } of studies)
    expect(text.split(`StudyInstanceUID="${studyInstanceUid}"`)).toHaveLength(ids.length + 1);
}

it('stopped and started again: the health of both ways turns and turns back', async () => {
  await expectWhole(...DIRECT);
  await orthanc.crash();
  await turn(DIRECT, 503);
  for (const id of DIRECT) expect(await health(id)).toMatchObject({ lastError: { kind: 'unavailable' } });
  const { code, text } = await manifest(...DIRECT);
  expect(code).toBe(502);
  for (const id of DIRECT) expect(text).toContain(`title="Archive ${id}: not reachable"`);
  // The circuit opens: what follows fails at once, until a check finds the archive again.
  for (let count = 0; count < 3; count++) await manifest(...DIRECT);
  expect((await manifest(...DIRECT)).text.match(/Not searched, since/g)).toHaveLength(2);

  await orthanc.start();
  await turn([...DIRECT, ...REMOTE], 200);
  await expectWhole(...DIRECT);
});

it('hung and going on: the health of both ways turns and turns back, while 100 probes a second are answered', async () => {
  orthanc.signal('SIGSTOP');
  try {
    await turn([...DIRECT, ...REMOTE], 503);
    for (const id of DIRECT) expect(await health(id)).toMatchObject({ lastError: { kind: 'timeout' } });
    const searches = [1, 2, 3].map(() => manifest(...DIRECT));
    const paths = ['live', 'ready', 'startup', 'connectors'];
    const probes = Array.from({ length: 300 }, async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, index * 10));
      return status(paths[index % paths.length] ?? '');
    });
    // Their p99 of 20 ms, over a minute, is bench/probes.bench.mjs: here other tests run on the same cores.
    expect(new Set(await Promise.all(probes))).toEqual(new Set([200]));
    for (const { code } of await Promise.all(searches)) expect([502, 504]).toContain(code);
  } finally {
    orthanc.signal('SIGCONT');
  }
  await turn([...DIRECT, ...REMOTE], 200);
  await expectWhole(...DIRECT);
});

it('slow: up, with its latency, while a check ends in time, down where it does not, and up again', async () => {
  const [dicomNetwork, webNetwork] = networks as [FaultProxy, FaultProxy];
  const slow = (bytesPerSecond: number) => ({ kind: 'drip', bytesPerSecond }) as const;
  // C-ECHO answers about 100 bytes, QIDO-RS about 500.
  await Promise.all([dicomNetwork.fail(slow(800)), webNetwork.fail(slow(2500))]);
  await Promise.all(REMOTE.map(becomesSlow));

  await Promise.all(networks.map((network) => network.fail(slow(5))));
  await turn(REMOTE, 503);
  for (const id of REMOTE) expect(await health(id)).toMatchObject({ lastError: { kind: 'timeout' } });
  expect(await Promise.all(DIRECT.map((id) => status(`connectors/${id}`)))).toEqual([200, 200]);
  const { code, text } = await manifest('web', 'remote-web');
  expect(code).toBe(200);
  expect(text.match(/severity="ERROR"/g)).toHaveLength(1);

  await Promise.all(networks.map((network) => network.removeFault()));
  await turn(REMOTE, 200);
  await expectWhole(...REMOTE);
});
