import { afterEach, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { serveFakes } from '../testing/fake-archive.js';

// Weasis up to 4.6.6 shows no image of a DICOMweb archive by a manifest, and all of them by $dicom:rs.

const ARCHIVES = `
connector.config:
  open:
    type: FAKE_WEB
    wado.authentication.basic.url: https://open.example/rs
  login:
    type: FAKE_WEB
    wado.authentication.basic: { url: https://login.example/rs, login: u, password: p }
  token:
    type: FAKE_WEB
    wado.authentication.oauth2.url: https://token.example/rs
  database:
    type: FAKE
    wado.authentication.basic.url: https://database.example/wado
`;

let app: NestFastifyApplication | undefined;
afterEach(() => app?.close());

/** The first command of each launch, by its query. */
async function commandsWith(release: string, queries: string[]): Promise<(string | undefined)[]> {
  const served = await serveFakes(`${ARCHIVES}${release}\n`);
  app = served.app;
  return Promise.all(
    queries.map(async (query) => {
      const response = await fetch(`${served.url}/display?${query}`, { redirect: 'manual' });
      return /%24dicom%3A(rs|get)/.exec(response.headers.get('location') ?? '')?.[1];
    }),
  );
}

it('opens one DICOMweb archive by launch=rs, and by a manifest what that form cannot carry', async () => {
  const byRs = ['studyUID=1.2&archive=open', 'patientID=P1&archive=open', 'studyUID=1.2&archive=token&access_token=t'];
  const byManifest = [
    'studyUID=1.2&archive=open,database',
    'studyUID=1.2&archive=database',
    'studyUID=1.2',
    'objectUID=1.2&archive=open',
    'patientID=P*&archive=open',
    'patientID=P?&archive=open',
    'patientID=P1^^^H*&archive=open',
    'accessionNumber=A*&archive=open',
    'studyUID=1.2&archive=open&mostRecentResults=1',
    'studyUID=1.2&archive=login',
    'studyUID=1.2&archive=token',
  ];
  expect(await commandsWith('weasis.oldest-release: 4.6.6', [...byRs, ...byManifest])).toEqual([
    ...byRs.map(() => 'rs'),
    ...byManifest.map(() => 'get'),
  ]);
});

it.each(['', 'weasis.oldest-release: 4.7', 'weasis.oldest-release: 4.10.0', 'weasis.oldest-release: 5.0.1'])(
  'opens a manifest otherwise: %j',
  async (release) =>
    expect(await commandsWith(release, ['studyUID=1.2&archive=open', 'launch=rs&studyUID=1.2&archive=open'])).toEqual([
      'get',
      'rs',
    ]),
);

it.each(['4.5', '4.6', '4.6.6', '3.9'])('is an old release: %s', async (release) => {
  expect(await commandsWith(`weasis.oldest-release: ${release}`, ['studyUID=1.2&archive=open'])).toEqual(['rs']);
});
