import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { sampleArchive } from '@pacs-connectors/connector-testkit';
import { type RunningDcmqrscp, startDcmqrscp, temporaryFolder, writeDicomFiles } from '@pacs-connectors/test-services';
import { startServer } from '../../server.js';
import { runCli } from '../../testing/run-command.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let archive: RunningDcmqrscp;
let app: NestFastifyApplication | undefined;

const patients = sampleArchive.slice(0, 1);

beforeAll(async () => {
  folder = await temporaryFolder('import');
  const files = await writeDicomFiles(join(folder.path, 'dicom'), patients);
  archive = await startDcmqrscp({ callers: ['OURS'], files });
});

afterAll(async () => {
  await app?.close();
  await archive?.stop();
  await folder?.remove();
});

it('what import writes passes check, and the archive answers by it', async () => {
  const path = join(folder.path, 'dicom-archive.properties');
  await writeFile(
    path,
    `arc.id = 2001
aet = OURS
pacs.aet = ${archive.aet}
pacs.host = 127.0.0.1
pacs.port = ${archive.dicomPort}
wado.url = http://127.0.0.1/wado
hosts.allow = 127.0.0.*
`,
  );
  const yaml = join(folder.path, 'site.yml');
  expect(await runCli(['import', path, '--output', yaml])).toMatchObject({ code: 0 });
  expect(await runCli(['check', yaml])).toMatchObject({ code: 0, err: 'usable: 2001; 0 errors, 0 warnings\n' });
  app = await startServer({ configuration: [yaml], port: 0, host: '127.0.0.1' });
  const question = `patientID=${encodeURIComponent(patients[0]!.patientId)}&archive=2001`;
  const response = await fetch(`${await app.getUrl()}/manifest?${question}`);
  expect(response.status).toBe(200);
  const manifest = await response.text();
  const instances = patients.flatMap(({ studies }) =>
    studies.flatMap(({ series }) => series.flatMap((one) => one.instances)),
  );
  expect(instances.length).toBeGreaterThan(0);
  for (const { sopInstanceUid } of instances) expect(manifest).toContain(sopInstanceUid);
});
