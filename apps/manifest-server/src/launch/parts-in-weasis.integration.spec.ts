import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Patient, type SearchResult } from '@pacs-connectors/connector-core';
import { sampleArchive } from '@pacs-connectors/connector-testkit';
import {
  launchAddress,
  openLaunch,
  type RunningOrthanc,
  startOrthanc,
  temporaryFolder,
  WEASIS_RELEASES,
  writeDicomFiles,
} from '@pacs-connectors/test-services';
import { archives, serveFakes } from '../testing/fake-archive.js';

/** One Orthanc has all images; each archive lists some of them, at an address of its own. */
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let orthanc: RunningOrthanc;
let inParts: { app: NestFastifyApplication; url: string };
let asAWhole: { app: NestFastifyApplication; url: string };

const [patient] = sampleArchive as [Patient, ...Patient[]];
const imagesOf = (patients: readonly Patient[]) =>
  patients.flatMap(({ studies }) => studies.flatMap(({ series }) => series.flatMap(({ instances }) => instances)));
const all = imagesOf([patient]).length;
const study = patient.studies.map(({ studyInstanceUid }) => studyInstanceUid).join();

beforeAll(async () => {
  folder = await temporaryFolder('parts');
  orthanc = await startOrthanc({ dicomWeb: true, config: { DefaultEncoding: 'Utf8' } });
  await orthanc.upload(await writeDicomFiles(join(folder.path, 'dicom'), [patient]));
  const { port } = new URL(orthanc.httpUrl);
  const archive = (host: string) => ({
    type: 'FAKE',
    'wado.authentication': {
      additionnalParameters: '&contentType=application/dicom',
      'basic.url': `http://${host}:${port}/wado`,
    },
  });
  const config = { small: archive('127.0.0.1'), full: archive('localhost') };
  inParts = await serveFakes(JSON.stringify({ connector: { config } }));
  asAWhole = await serveFakes(JSON.stringify({ connector: { config }, 'weasis.parts': false }));
});
afterAll(async () => {
  await Promise.all([inParts?.app.close(), asAWhole?.app.close(), orthanc?.stop()]);
  await folder?.remove();
});
afterEach(() => archives.clear());

const whole = (): SearchResult => ({ patients: [patient], notices: [] });
/** The same, spelled otherwise, and the first image of each series only. */
const partial = (): SearchResult => ({
  patients: [
    {
      ...patient,
      patientName: `${patient.patientName}^`,
      studies: patient.studies.map((one) => ({
        ...one,
        series: one.series.map((series) => ({ ...series, instances: series.instances.slice(0, 1) })),
      })),
    },
  ],
  notices: [],
});
const after =
  (delayMs: number, answer: () => SearchResult): (() => Promise<SearchResult>) =>
  () =>
    new Promise((resolve) => setTimeout(() => resolve(answer()), delayMs));

async function open(base: string, release: (typeof WEASIS_RELEASES)[number] = 'newest', more = '') {
  const query = `studyUID=${study}&skipWeasisManifestCache${more}`;
  return openLaunch(await launchAddress(`${base}/display?${query}`), { release });
}

describe.each(WEASIS_RELEASES)('a study in two archives, in Weasis %s', (release) => {
  it('shows all images from the fuller archive, of one patient, whichever is named first', async () => {
    archives.set('small', after(0, partial)).set('full', after(0, whole));
    for (const archive of ['&archive=small,full', '&archive=full,small']) {
      const view = await open(asAWhole.url, release, archive);
      expect([view.images, view.listed.length, view.missing]).toEqual([all, 1, []]);
    }
  });

  it('is opened in parts: all images where the fuller archive answers first, else those of the first and how many lack', async () => {
    archives.set('small', after(300, partial)).set('full', after(0, whole));
    const fuller = await open(inParts.url, release);
    expect([fuller.images, fuller.listed.length, fuller.failedCommands]).toEqual([all, 1, []]);
    archives.set('small', after(0, partial)).set('full', after(300, whole));
    const smaller = await open(inParts.url, release);
    const shown = imagesOf(partial().patients).length;
    expect([smaller.images, smaller.listed.length]).toEqual([shown, 1]);
    expect(JSON.stringify(smaller.messages)).toContain(`${all - shown} images of`);
  });
});

it('shows the first image as soon as without an archive that takes 10 s more', async () => {
  archives.set('small', after(5000, whole));
  const alone = await open(inParts.url, 'newest', '&archive=small');
  archives.set('full', after(15_000, whole));
  const beside = await open(inParts.url, 'newest', '&archive=small,full');
  expect([alone.images, beside.images]).toEqual([all, all]);
  expect(beside.firstImageMs).toBeLessThan(1.2 * (alone.firstImageMs ?? 0));
});
