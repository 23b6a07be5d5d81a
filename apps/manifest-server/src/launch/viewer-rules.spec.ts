import { afterEach, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConnectorError, type SearchResult } from '@pacs-connectors/connector-core';
import { archives, fakes, patientWith, serveFakes } from '../testing/fake-archive.js';

const OHIF = 'ohif.server.url: https://ohif.example\n';

let app: NestFastifyApplication | undefined;
afterEach(async () => {
  archives.clear();
  await app?.close();
});

/** The viewer that opens each launch of `queries`: the scheme of its address, or `ohif`. */
async function viewersOf(configuration: string, queries: readonly string[]): Promise<(string | undefined)[]> {
  const served = await serveFakes(`${fakes('north', 'south')}${configuration}`);
  app = served.app;
  const viewers: (string | undefined)[] = [];
  for (const query of queries) {
    const response = await fetch(`${served.url}/display?${query}`, { redirect: 'manual' });
    const [, scheme, host] = /^([a-z]+):\/\/(\w+)?/.exec(response.headers.get('location') ?? '') ?? [];
    viewers.push(scheme === 'https' ? host : scheme);
  }
  return viewers;
}

/** A study with one series of each modality. */
function studyWith(study: string, ...modalities: string[]): SearchResult {
  const { patients, notices } = patientWith(study);
  const series = modalities.map((modality, index) => ({
    seriesInstanceUid: `${study}.${index + 1}`,
    modality,
    instances: [],
  }));
  return {
    patients: patients.map((patient) => ({ ...patient, studies: [{ studyInstanceUid: study, series }] })),
    notices,
  };
}

const ULTRASOUND = `viewers.rules: [{ modalities: [US, ES], viewer: OHIF }]\n${OHIF}`;

it('without rules, Weasis opens and no archive is searched first', async () => {
  archives.set('north', () => new Promise(() => undefined));
  expect(await viewersOf(OHIF, ['studyUID=1.2&archive=north', 'studyUID=1.2'])).toEqual(['weasis', 'weasis']);
});

it('a viewer that the request names opens, whatever the rules say', async () => {
  const rules = `viewers.rules: [{ viewer: OHIF }]\n${OHIF}`;
  expect(await viewersOf(rules, ['viewer=WEASIS&studyUID=1.2&archive=north', 'studyUID=1.2&archive=north'])).toEqual([
    'weasis',
    'ohif',
  ]);
});

it('the first rule that applies decides, by archive and number of archives', async () => {
  const rules = `viewers.rules:
  - { archive: north, max-archives: 1, viewer: OHIF }
  - { min-archives: 2, viewer: MICRODICOM }
  - { viewer: SLICER }
${OHIF}slicer.archives.south.url: https://desk.example/rs
microdicom.archives:
  north: { url: north.example, port: 104, context: NORTH }
  south: { url: south.example, port: 104, context: SOUTH }
`;
  const queries = ['studyUID=1.2&archive=north', 'studyUID=1.2', 'studyUID=1.2&archive=south'];
  expect(await viewersOf(rules, queries)).toEqual(['ohif', 'microdicom', 'slicer']);
});

it('a rule by modality applies if each study that is found has one of them', async () => {
  archives.set('north', ({ patientIds: [patient] }) =>
    Promise.resolve(
      {
        us: studyWith('1.2', 'US', 'SR'),
        ct: studyWith('1.3', 'CT'),
        both: { notices: [], patients: ['1.2', '1.3'].flatMap((uid, at) => studyWith(uid, at ? 'CT' : 'US').patients) },
        unknown: studyWith('1.4'),
      }[patient?.id ?? ''] ?? { patients: [], notices: [] },
    ),
  );
  const queries = ['us', 'ct', 'both', 'unknown', 'nobody'].map((id) => `patientID=${id}&archive=north`);
  expect(await viewersOf(ULTRASOUND, queries)).toEqual(['ohif', 'weasis', 'weasis', 'weasis', 'weasis']);
});

it('archives are searched once, and only for a launch to which the other conditions apply', async () => {
  const searched: string[] = [];
  for (const id of ['north', 'south'])
    archives.set(id, (_criteria, { depth }) => {
      searched.push(`${id} ${depth}`);
      return Promise.resolve(studyWith('1.2', 'US'));
    });
  const rules = `viewers.rules:
  - { archive: south, modalities: CT, viewer: OHIF }
  - { archive: south, modalities: US, viewer: OHIF }
${OHIF}`;
  expect(await viewersOf(rules, ['patientID=P1&archive=south'])).toEqual(['ohif']);
  expect(searched).toEqual(['south series']);
});

it('an archive that fails, cuts its answer or misses its deadline leaves the launch to the next rule', async () => {
  const ultrasound = studyWith('1.2', 'US');
  const cut = { severity: 'WARN' as const, title: 'Cut', description: 'Not all studies came.' };
  archives.set('north', ({ patientIds: [patient] }) => {
    if (patient?.id === 'down') return Promise.reject(new ConnectorError('north', 'unavailable', 'the link is down'));
    if (patient?.id === 'cut') return Promise.resolve({ ...ultrasound, notices: [cut] });
    return patient?.id === 'slow' ? new Promise(() => undefined) : Promise.resolve(ultrasound);
  });
  const rules = `viewers.rules:
  - { modalities: US, viewer: OHIF }
  - { viewer: MICRODICOM }
${OHIF}microdicom.archives.north: { url: north.example, port: 104, context: NORTH }
connector.timeout: 300ms
`;
  const queries = ['well', 'down', 'cut', 'slow'].map((id) => `patientID=${id}&archive=north`);
  expect(await viewersOf(rules, queries)).toEqual(['ohif', 'microdicom', 'microdicom', 'microdicom']);
});

it('a rule whose viewer is not configured or cannot open the launch does not apply', async () => {
  const rules = `viewers.rules:
  - { viewer: SLICER }
  - { viewer: OHIF }
${OHIF}`;
  // OHIF opens studies of one archive.
  expect(await viewersOf(rules, ['studyUID=1.2', 'studyUID=1.2&archive=north'])).toEqual(['weasis', 'ohif']);
});

it('launch=rs is a form of Weasis, so no rule applies', async () => {
  const rules = `    web: { type: FAKE_WEB, wado.authentication.basic.url: https://web.example/rs }
viewers.rules: [{ viewer: OHIF }]
${OHIF}`;
  expect(await viewersOf(rules, ['launch=rs&studyUID=1.2&archive=web', 'studyUID=1.2&archive=web'])).toEqual([
    'weasis',
    'ohif',
  ]);
});
