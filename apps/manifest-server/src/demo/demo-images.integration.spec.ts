import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type DemoSite, startDemoSite } from '@pacs-connectors/demo-archive';
import { launchAddress, openLaunch, temporaryFolder } from '@pacs-connectors/test-services';
import { addressOf, startServer } from '../server.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let site: DemoSite;
let app: NestFastifyApplication;
let url: string;

beforeAll(async () => {
  folder = await temporaryFolder('demo-images');
  site = await startDemoSite(folder.path);
  app = await startServer({ configuration: [site.configuration], port: 0, host: '127.0.0.1' });
  url = await addressOf(app);
});

afterAll(async () => {
  await app?.close();
  await site?.close();
  await folder?.remove();
});

it.each(['4.7.1', 'newest'] as const)(
  'the launch that the banner prints shows the images of three archives in Weasis %s',
  async (release) => {
    const view = await openLaunch(await launchAddress(`${url}/display?patientID=DEMO-1`), { release });
    expect(view).toMatchObject({ failedCommands: [], missing: [], images: 239 });
    expect(view.messages.map(({ title }) => title)).toEqual(['Archive south: incomplete copies']);
    // One patient, although three archives name it.
    expect(view.patients).toHaveLength(1);
    const hosts = view.requests.map(({ address }) => new URL(address).host);
    const archives = Object.values(site.archives).map(({ wadoUrl }) => new URL(wadoUrl).host);
    expect(hosts).toEqual(expect.arrayContaining(archives));
  },
);

it('shows every image of every patient, compressed ones too', async () => {
  const images: Record<string, number> = {};
  for (const id of ['DEMO_2', '0042', ...[5, 6, 7, 8, 9, 10, 11].map((n) => `DEMO-${n}`), 'NO DATE 12']) {
    const view = await openLaunch(await launchAddress(`${url}/display?patientID=${encodeURIComponent(id)}`));
    expect(view.missing).toEqual([]);
    images[id] = view.images;
  }
  expect(images).toEqual({
    ...{ DEMO_2: 3, '0042': 79, 'DEMO-5': 56, 'DEMO-6': 1, 'DEMO-7': 16, 'DEMO-8': 16, 'DEMO-9': 1 },
    ...{ 'DEMO-10': 30, 'DEMO-11': 28, 'NO DATE 12': 2 },
  });
});
