import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { demoExamples, type DemoSite, startDemoSite } from '@pacs-connectors/demo-archive';
import { addressOf, startServer } from '../server.js';
import { FOLDER_PREFIX } from './demo.js';
import { importIntoDemo } from './import.js';

let parent: string;
let site: DemoSite;
let app: NestFastifyApplication;
let url: string;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'demo-parent-'));
  const folder = await mkdtemp(join(parent, FOLDER_PREFIX));
  site = await startDemoSite(folder);
  app = await startServer({ configuration: [site.configuration], port: 0, host: '127.0.0.1' });
  url = await addressOf(app);
});

afterAll(async () => {
  await app?.close();
  await site?.close();
  await rm(parent, { recursive: true });
});

async function manifest(query: string): Promise<string> {
  const response = await fetch(`${url}/manifest?${query}`, { headers: { accept: 'application/xml' } });
  expect(response.status).toBe(200);
  return response.text();
}

const imagesIn = (xml: string) => xml.match(/<Instance /g)?.length ?? 0;

it('joins the archives: a patient of three, and a study that one of them has in part', async () => {
  const xml = await manifest('patientID=DEMO-1');
  expect([...xml.matchAll(/<arcQuery arcId="(\w+)"/g)].map(([, id]) => id)).toEqual(['north', 'south', 'west']);
  expect(imagesIn(xml)).toBe(239);
  expect(xml).toContain('[manifest.copies.incomplete]');
});

it('answers each example, and says in the last which archive is down', async () => {
  for (const { search } of demoExamples)
    expect(imagesIn(await manifest(String(new URLSearchParams(search))))).toBeGreaterThan(0);
  const last = demoExamples.at(-1)?.search ?? {};
  expect(await manifest(String(new URLSearchParams(last)))).toMatch(/Archive closed: .*\[dicom\.connection\.refused\]/);
});

it.each(['north', 'south', 'west'] as const)(
  'gives the images of archive %s at the addresses of the manifest',
  async (name) => {
    const xml = await manifest(`patientID=DEMO-1&archive=${name}`);
    const [, baseUrl = ''] = / baseUrl="([^"]+)"/.exec(xml) ?? [];
    const [, uid = ''] = /<Instance [^>]*SOPInstanceUID="([^"]+)"/.exec(xml) ?? [];
    const [, path] = / DirectDownloadFile="([^"]+)"/.exec(xml) ?? [];
    const address =
      baseUrl + (path ?? `?requestType=WADO&objectUID=${uid}&contentType=application%2Fdicom&transferSyntax=*`);
    const response = await fetch(address, {
      headers: { accept: 'multipart/related;type="application/dicom";transfer-syntax=*' },
    });
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).includes(uid)).toBe(true);
  },
);

it('imports the files of a folder into the demo that runs', async () => {
  const files = await mkdtemp(join(parent, 'files-'));
  const [first] = site.archives.south.store
    .instances({})
    .filter(({ attributes }) => attributes['00100020']?.Value?.[0] === 'DEMO-11');
  expect(await manifest('patientID=DEMO-11&archive=north').then(imagesIn)).toBe(0);
  await mkdir(join(files, 'below'));
  await copyFile(first?.file ?? '', join(files, 'below', 'IMG0001'));
  const lines = await importIntoDemo(files, parent);
  expect(lines[0]).toBe(`Archive north of the demo has stored 1 DICOM files from ${files}.`);
  expect(await manifest('patientID=DEMO-11&archive=north').then(imagesIn)).toBe(1);
});

it('says what to do if no demo runs or no folder is named', async () => {
  const elsewhere = await mkdtemp(join(parent, 'elsewhere-'));
  await expect(importIntoDemo('/files', elsewhere)).rejects.toThrow(/^No demo runs on this machine/);
  await expect(importIntoDemo(undefined, parent)).rejects.toThrow(/npm run demo:import FOLDER$/);
});
