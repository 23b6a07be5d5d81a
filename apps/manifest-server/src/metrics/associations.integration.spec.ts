import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type RunningOrthanc, startOrthanc, temporaryFolder } from '@pacs-connectors/test-services';
import { startServer } from '../server.js';

let orthanc: RunningOrthanc;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let app: NestFastifyApplication;
let url: string;

beforeAll(async () => {
  orthanc = await startOrthanc();
  folder = await temporaryFolder('associations');
  const file = join(folder.path, 'connectors.yml');
  await writeFile(
    file,
    `health.check-interval: 1h
connector.config.orthanc:
  type: DICOM
  wado.authentication.basic.url: http://orthanc.example/wado
  dicom-connector: { calling-aet: VIEWER, aet: ${orthanc.aet}, host: 127.0.0.1, port: ${orthanc.dicomPort}, max-associations: 3, idle-timeout: 5s }
`,
  );
  app = await startServer({ configuration: [file], port: 0, host: '127.0.0.1' });
  url = await app.getUrl();
});

afterAll(async () => {
  await app?.close();
  await orthanc?.stop();
  await folder?.remove();
});

/** Associations as `/metrics` reports them. */
async function associations() {
  const text = await fetch(`${url}/metrics`).then((response) => response.text());
  const sample = (name: string, state = '') =>
    Number(new RegExp(`^${name}\\{connector="orthanc",type="DICOM"${state}\\} (\\d+)$`, 'm').exec(text)?.[1]);
  return {
    inUse: sample('pacs_connector_connections', ',state="in_use"'),
    idle: sample('pacs_connector_connections', ',state="idle"'),
    limit: sample('pacs_connector_connections_limit'),
  };
}

async function become(wanted: Partial<Awaited<ReturnType<typeof associations>>>): Promise<void> {
  const end = Date.now() + 120_000;
  for (;;) {
    const now = await associations();
    if (Object.entries(wanted).every(([name, value]) => now[name as keyof typeof now] === value)) return;
    if (Date.now() > end) throw new Error(`expected ${JSON.stringify(wanted)}, got ${JSON.stringify(now)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it('reports the associations with a real peer: in use while it hangs, idle after its answer, none when unused', async () => {
  // That of the first look.
  await become({ inUse: 0, idle: 1, limit: 3 });

  orthanc.signal('SIGSTOP');
  const searches = ['P1', 'P2'].map((id) => fetch(`${url}/manifest?patientID=${id}`));
  await become({ inUse: 2, idle: 0, limit: 3 });
  orthanc.signal('SIGCONT');
  for (const answer of await Promise.all(searches)) expect(answer.status).toBe(200);
  await become({ inUse: 0, idle: 2 });
  await become({ inUse: 0, idle: 0, limit: 3 });
});
