import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { instanceRows, sampleArchive } from '@pacs-connectors/connector-testkit';
import {
  launchAddress,
  openLaunch,
  type RunningOrthanc,
  startDcmqrscp,
  startOrthanc,
  temporaryFolder,
  WEASIS_RELEASES,
  writeDicomFiles,
} from '@pacs-connectors/test-services';
import { startServer } from '../server.js';
import { keepTable, WEASIS_COLUMNS } from '../testing/documented-table.js';

/** The recipes that have a local peer, as they are written, opened by three releases of Weasis. */
const DOCS = new URL('../../../../docs/', import.meta.url);
const RECIPES = new URL('recipes/', DOCS);
const LOGIN = { user: 'viewer', password: 'change-me' };
const [patient] = sampleArchive;
const held = instanceRows([patient!])
  .map(({ instance }) => instance.sopInstanceUid)
  .sort();

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let orthanc: RunningOrthanc;
let dcmqrscp: Awaited<ReturnType<typeof startDcmqrscp>>;
const servers: NestFastifyApplication[] = [];
const rows: string[][] = [['recipe', ...WEASIS_COLUMNS]];

beforeAll(async () => {
  folder = await temporaryFolder('recipes');
  orthanc = await startOrthanc({ dicomWeb: true, login: LOGIN, config: { DefaultEncoding: 'Utf8' } });
  const files = await writeDicomFiles(join(folder.path, 'dicom'), [patient!]);
  await orthanc.upload(files);
  dcmqrscp = await startDcmqrscp({ files });
});

afterAll(async () => {
  await Promise.allSettled(servers.map((server) => server.close()));
  await Promise.allSettled([orthanc?.stop(), dcmqrscp?.stop()]);
  await folder?.remove();
});

/** What a site writes in place of what a recipe says, made when the peers run. */
const SITES: Record<string, () => Promise<Record<string, string>>> = {
  'orthanc-sqlite': async () => ({
    '${ORTHANC_INDEX:/var/lib/orthanc/db-v6/index}': await copyOfIndex(),
    '${ORTHANC_WADO:http://localhost:8042/wado}': `${orthanc.httpUrl}/wado`,
    '${ORTHANC_USER:orthanc}': LOGIN.user,
    '${ORTHANC_PASSWORD:orthanc}': LOGIN.password,
  }),
  'dicom-orthanc': async () => ({
    'http://orthanc.hospital.example:8042': orthanc.httpUrl,
    'orthanc.hospital.example': '127.0.0.1',
    'port: 4242': `port: ${orthanc.dicomPort}`,
  }),
  'dicomweb-orthanc': async () => ({
    'http://localhost': 'http://127.0.0.1',
    'port: 8042': `port: ${orthanc.httpPort}`,
    '${ORTHANC_LOGIN:reader}': LOGIN.user,
  }),
  'dicom-dcmqrscp': async () => ({
    'http://wado.hospital.example:8042': orthanc.httpUrl,
    'pacs.hospital.example': '127.0.0.1',
    'port: 11112': `port: ${dcmqrscp.dicomPort}`,
    'aet: ARCHIVE': `aet: ${dcmqrscp.aet}`,
  }),
};

/** Copies Orthanc's index while it is stopped, as the recipe says. */
async function copyOfIndex(): Promise<string> {
  orthanc.signal('SIGTERM');
  while (
    await fetch(orthanc.httpUrl).then(
      () => true,
      () => false,
    )
  );
  await orthanc.crash();
  const copy = join(folder.path, 'index');
  for (const file of await readdir(orthanc.storageFolder))
    if (file.startsWith('index')) await copyFile(join(orthanc.storageFolder, file), join(folder.path, file));
  await orthanc.start();
  return copy;
}

async function serve(recipe: string): Promise<string> {
  const page = await readFile(new URL(`${recipe}.md`, RECIPES), 'utf8');
  let text = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
  for (const [written, own] of Object.entries((await SITES[recipe]?.()) ?? {})) {
    expect(text).toContain(written);
    text = text.replaceAll(written, own);
  }
  const file = join(folder.path, `${recipe}.yml`);
  await writeFile(file, text);
  const server = await startServer({ configuration: [file], port: 0, host: '127.0.0.1' });
  servers.push(server);
  return server.getUrl();
}

describe.each(Object.keys(SITES))('the recipe %s', (recipe) => {
  let url: string;
  const counts: number[] = [];
  beforeAll(async () => {
    url = await serve(recipe);
  });

  it.each(WEASIS_RELEASES)('opened by Weasis %s', async (release) => {
    const view = await openLaunch(await launchAddress(`${url}/display?patientID=${patient!.patientId}`), { release });
    counts.push(view.images);
    const shows = recipe !== 'dicomweb-orthanc' || release !== '4.6.6';
    expect(view.sopInstanceUids).toEqual(shows ? held : []);
    expect(view).toMatchObject({ dialogs: [], failedCommands: [], patients: [{}] });
  });

  afterAll(() => void rows.push([`[${recipe}](recipes/${recipe}.md)`, ...counts.map((n) => `${n} of ${held.length}`)]));
});

it('docs/viewers.md has these counts', async () => {
  expect(rows).toHaveLength(Object.keys(SITES).length + 1);
  await keepTable(new URL('viewers.md', DOCS), 'recipes opened by Weasis', rows);
});

it('every other recipe says that its images have not been tested', async () => {
  for (const file of await readdir(RECIPES)) {
    const text = await readFile(new URL(file, RECIPES), 'utf8');
    const tested = file.replace('.md', '') in SITES;
    expect([file, text.includes('Images through this recipe have not been tested: ')]).toEqual([file, !tested]);
  }
});
