import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConnectorError } from '@pacs-connectors/connector-core';
import { archives, fakes, patientWith, serveFakes } from '../testing/fake-archive.js';

let app: NestFastifyApplication;
let url: string;

const WEB = `    web:
      type: FAKE_WEB
      wado.authentication: { oauth2.url: https://web.example/rs, basic: { url: https://web.example/login, login: u, password: p } }
    token:
      type: FAKE_WEB
      wado.authentication.oauth2.url: https://token.example/rs
    login:
      type: FAKE_WEB
      wado.authentication.oauth2: { url: https://login.example/rs, oidc-iss: https://id.example/realms/r }
    open:
      type: FAKE_WEB
      wado.authentication.basic.url: https://open.example/rs
    weboff:
      type: FAKE_WEB
      search-criteria.deactivated: [PATIENT_ID, STUDY_INSTANCE_UID]
      wado.authentication.basic.url: https://off.example/rs
ohif.server.url: https://ohif.example
slicer.archives.weboff.url: https://desk.example/rs
microdicom.archives:
  weboff: { url: http://off.example, port: 104, context: OFF }
  open: { url: http://open.example, port: 104, context: OPEN }
`;

beforeAll(async () => {
  ({ app, url } = await serveFakes(`${fakes('north', 'south')}${WEB}`));
});
afterAll(() => app?.close());
afterEach(() => archives.clear());

const ask = (path: string, init: RequestInit = {}) => fetch(`${url}/${path}`, { redirect: 'manual', ...init });
const commandsOf = (response: Response) =>
  decodeURIComponent((response.headers.get('location') ?? '').replace(/^weasis:\/\//, '').replaceAll('+', ' '));
const detailOf = async (response: Response) => ((await response.json()) as { detail: string }).detail;
/** The code of the first parameter, or of the answer. */
const codeOf = async (response: Response) => {
  const { type, errors } = (await response.json()) as { type: string; errors?: { code: string }[] };
  return errors?.[0]?.code ?? type.replace('urn:pacs-connectors:error:', '');
};
const html = { headers: { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' } };

describe('launch=page', () => {
  it('shows the link, what was found and where to get the viewer; nothing in it is markup of others', async () => {
    archives.set('north', () => Promise.resolve(patientWith('1.2', 4)));
    archives.set('south', () =>
      Promise.reject(new ConnectorError('south', 'unavailable', 'the <script>link</script> & is down')),
    );
    const response = await ask('display?studyUID=1.2&archive=north,south&launch=page', html);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    const page = await response.text();
    expect(page).toContain('<td>north</td><td>1</td><td>1</td><td>1</td><td>4</td>');
    expect(page).toContain('Archive south: not reachable');
    expect(page).toMatch(/href="weasis:\/\/%24dicom%3Aget/);
    expect(page).toContain('https://weasis.org');
    expect(page).not.toMatch(/<script| on\w+=| style=/i);
    expect(page).toContain('&#60;script&#62;');
  });

  it('is a 200 where the launch was posted, too', async () => {
    const posted = await ask('display?launch=page&archive=north', {
      method: 'POST',
      body: new URLSearchParams({ studyUID: '1.2' }),
      ...html,
    });
    expect([posted.status, posted.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it('says of a viewer on the web nothing about installing it', async () => {
    const page = await (await ask('display?archive=open&studyUID=1.2&viewer=OHIF&launch=page', html)).text();
    expect(page).toContain('Open in OHIF');
    expect(page).not.toContain('installed');
    expect(page).toContain('https://ohif.org');
  });

  it('shows what a viewer without a manifest was looked up', async () => {
    archives.set('open', () => Promise.resolve(patientWith('1.2')));
    const page = async (query: string) =>
      (await ask(`display?archive=open&viewer=OHIF&launch=page&${query}`, html)).text();
    expect(await page('patientID=P1')).toContain('<td>open</td><td>1</td><td>1</td><td>–</td><td>–</td>');
    // Nothing had to be asked for it.
    expect(await page('studyUID=1.2')).not.toContain('<table>');
  });

  it('is one of the forms that there are', async () => {
    const response = await ask('display?studyUID=1.2&launch=foo');
    expect([response.status, await detailOf(response)]).toEqual([400, 'launch must be page or rs']);
    expect((await ask('display?studyUID=1.2&launch=')).status).toBe(302);
  });

  it('is a redirect for clients that accept no page', async () => {
    expect((await ask('display?studyUID=1.2&launch=page', { headers: { accept: 'application/json' } })).status).toBe(
      302,
    );
    expect((await ask('display?studyUID=1.2', html)).status).toBe(302);
  });
});

it('MicroDicom is handed no wildcard', async () => {
  const response = await ask('display?archive=open&viewer=MICRODICOM&accessionNumber=A*');
  expect([response.status, await detailOf(response)]).toEqual([400, expect.stringContaining('Name a study')]);
});

describe('launch=rs', () => {
  it('gives the direct form, with the token of the caller', async () => {
    const query = 'studyUID=1.2&patientID=P%201^^^H&accessionNumber=A%201&seriesUID=1.2.1&archive=web&launch=rs';
    expect(commandsOf(await ask(`display?${query}`, { headers: { authorization: 'Bearer T.o-k' } }))).toBe(
      '$dicom:rs --url "https://web.example/rs" -r "patientID=P 1^^^H" -r "studyUID=1.2"' +
        ` -r 'accessionNumber=A%201' -r "seriesUID=1.2.1" -H "Authorization: Bearer T.o-k"`,
    );
    expect(commandsOf(await ask('display?studyUID=1.2&archive=open&launch=rs'))).toBe(
      '$dicom:rs --url "https://open.example/rs" -r "studyUID=1.2"',
    );
  });

  it('puts no token into the address of an archive at whose provider Weasis logs in itself', async () => {
    for (const headers of [undefined, { authorization: 'Bearer T.o-k' }])
      expect(commandsOf(await ask('display?studyUID=1.2&archive=login&launch=rs', { headers }))).toBe(
        '$dicom:rs --url "https://login.example/rs" -r "studyUID=1.2" --oidc-iss "https://id.example/realms/r"',
      );
  });

  it('refuses an address that Windows would drop, and says what to do', async () => {
    const response = await ask('display?studyUID=1.2&archive=token&launch=rs', {
      headers: { authorization: `Bearer ${'t'.repeat(2000)}` },
    });
    expect(response.status).toBe(400);
    expect(await detailOf(response)).toMatch(
      /^access_token makes the launch address \d{4} characters long, and Windows drops one of more than 2000\. Launch Weasis with a manifest/,
    );
  });

  it.each([
    ['patientID=7^^^H%261.2%26ISO&archive=open', 'patientID has an issuer with a universal id'],
    ['patientID=A%26B&archive=open', 'patientID contains & or ='],
    ['studyUID=1.2&archive=north', 'archive is of type FAKE; launch=rs needs an archive that is searched by DICOMweb'],
    ['studyUID=1.2&archive=web,open', 'archive names 2 archives: launch=rs opens studies of exactly one archive'],
    ['studyUID=1.2&archive=nope', 'archive is unknown: launch=rs opens studies of exactly one archive'],
    ['studyUID=1.2&archive=web,nope', 'archive names 2 archives, 1 of them unknown: launch=rs opens'],
    [
      'patientID=P*&archive=open',
      'patientID contains * or ? or \\, so the archive would also find other identifiers. Launch a manifest.',
    ],
    ['studyUID=1.2', 'archive is missing: launch=rs opens studies of exactly one archive'],
    ['studyUID=1.2&archive=web', 'images need a login'],
    ['studyUID=1.2&archive=open&mostRecentResults=1', 'mostRecentResults cannot be passed'],
    ['objectUID=1.2&archive=open', 'objectUID cannot be passed'],
    ['studyUID=1.2&archive=open&viewer=OHIF', 'launch is rs, which OHIF does not support'],
  ])('refuses what it cannot carry: %s', async (query, expected) => {
    const response = await ask(`display?${query}&launch=rs`);
    expect(response.status).toBe(400);
    const detail = await detailOf(response);
    expect(detail).toContain(expected);
    // Ids that the caller has not named are none of its business.
    expect(detail).not.toMatch(/south|weboff/);
  });
});

it('a caller without the token that an archive requires gets a challenge for one', async () => {
  archives.set('open', () =>
    Promise.reject(new ConnectorError('open', 'refused', 'the archive wants a token', { tokenNeeded: true })),
  );
  for (const query of ['archive=token&launch=rs&studyUID=1.2', 'archive=open&viewer=OHIF&patientID=P1']) {
    const response = await ask(`display?${query}`);
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="pacs-connectors"',
    ]);
    expect(await detailOf(response)).toContain('token');
  }
  archives.set('open', () => Promise.reject(new ConnectorError('open', 'refused', 'the password is wrong')));
  const refused = await ask('display?archive=open&viewer=OHIF&patientID=P1');
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([502, null]);
});

describe('search-criteria.deactivated', () => {
  it.each(['launch=rs', 'viewer=MICRODICOM', 'viewer=OHIF', 'viewer=SLICER'])(
    'binds a viewer that asks by itself, or could not say what was not searched: %s',
    async (viewer) => {
      for (const [query, parameter] of [
        ['patientID=P1', 'patientID'],
        ['studyUID=1.2', 'studyUID'],
      ]) {
        const response = await ask(`display?archive=weboff&${viewer}&${query}`);
        expect([response.status, await detailOf(response)]).toEqual([
          400,
          `${parameter} cannot be used: archive weboff does not allow searches by it (search-criteria.deactivated)`,
        ]);
      }
    },
  );

  it('leaves the other identifiers', async () => {
    expect(commandsOf(await ask('display?archive=weboff&launch=rs&accessionNumber=A'))).toBe(
      '$dicom:rs --url "https://off.example/rs" -r "accessionNumber=A"',
    );
    expect((await ask('display?archive=weboff,open&viewer=MICRODICOM&accessionNumber=A')).status).toBe(302);
    expect((await ask('display?archive=weboff,open&viewer=MICRODICOM&patientID=P1')).status).toBe(400);
    expect((await ask('display?archive=open&viewer=MICRODICOM&patientID=P1')).status).toBe(302);
  });

  it('leaves none out without a word, where another is searched by', async () => {
    for (const viewer of ['launch=rs', 'viewer=OHIF', 'viewer=SLICER'])
      expect((await ask(`display?archive=weboff&${viewer}&accessionNumber=A&patientID=P1`)).status).toBe(400);
  });
});

it.each([
  ['launch=rs&patientID=A%26B&archive=open', 400, 'viewer.address.value-unusable'],
  ['launch=rs&patientID=P*&archive=open', 400, 'viewer.identifier.wildcard'],
  ['launch=rs&objectUID=1.2&archive=open', 400, 'viewer.launch.unsupported'],
  ['arg=x&studyUID=1.2', 400, 'viewer.parameter.disabled'],
  [`pro=${'x'.repeat(2000)}&studyUID=1.2`, 400, 'viewer.address.too-long'],
  ['viewer=SLICER&studyUID=1.2&archive=open', 400, 'viewer.archive.not-configured'],
  ['viewer=SLICER&studyUID=1.2', 400, 'server.launch.one-archive-needed'],
  ['viewer=OHIF&launch=rs&studyUID=1.2', 400, 'server.launch.unsupported'],
  ['launch=rs&studyUID=1.2&archive=north', 400, 'server.launch.dicomweb-needed'],
  ['launch=rs&studyUID=1.2&archive=web', 400, 'server.launch.login-needed'],
  ['viewer=OHIF&patientID=P1&archive=weboff', 400, 'server.launch.search-not-allowed'],
  ['launch=rs&studyUID=1.2&archive=token', 401, 'server.launch.token-needed'],
  ['viewer=OHIF&patientID=nobody&archive=open', 404, 'server.launch.nothing-found'],
  ['viewer=OHIF&patientID=down&archive=open', 502, 'server.launch.archive-failed'],
  ['viewer=OHIF&patientID=cut&archive=open', 502, 'server.launch.answer-incomplete'],
  ['viewer=RADIANT&studyUID=1.2', 400, 'server.viewer.unknown'],
])('the answer to a launch that is not possible has a code: %s', async (query, status, code) => {
  archives.set('open', ({ patientIds: [patient] }) => {
    if (patient?.id === 'down') return Promise.reject(new ConnectorError('open', 'unavailable', 'the link is down.'));
    const cut = { severity: 'WARN' as const, title: 'Cut', description: 'Not all studies came.' };
    return Promise.resolve({ patients: [], notices: patient?.id === 'cut' ? [cut] : [] });
  });
  const response = await ask(`display?${query}`);
  const { detail } = (await response.clone().json()) as { detail: string };
  expect(detail).not.toContain('..');
  expect([response.status, await codeOf(response)]).toEqual([status, code]);
});
