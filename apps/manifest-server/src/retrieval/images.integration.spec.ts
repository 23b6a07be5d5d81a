import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { instanceRows, sampleArchive } from '@pacs-connectors/connector-testkit';
import { createDemoArchive } from '@pacs-connectors/demo-archive';
import {
  type RunningOpenId,
  type RunningOrthanc,
  startOpenId,
  startOrthanc,
  temporaryFolder,
  writeDicomFiles,
} from '@pacs-connectors/test-services';
import { startServer } from '../server.js';

/** One archive with its images behind a login, and a gateway before it that takes the provider's tokens instead. */
const LOGIN = { user: 'viewer', password: 'sesame:4711' };
const OURS = { clientId: 'connectors', clientSecret: 'our-secret', scope: 'images' };
const [row] = instanceRows();
const study = row?.study.studyInstanceUid ?? '';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let orthanc: RunningOrthanc;
let provider: RunningOpenId;
let gateway: Server;
let gatewayUrl: string;
let app: NestFastifyApplication;
let url: string;
/** A token that the caller had from the provider himself. */
let callersToken: string;

/** How a connector's images are retrieved, before it is written in a layout. */
interface Way {
  basic?: true;
  /** The registration, where one is named. */
  oauth2?: 'ours' | 'theirs';
  force?: true;
}
type By = 'login' | 'the token of the caller' | 'a token of ours' | 'an error';

/** The four cases, and what becomes of each with a token and without. */
const CASES: { name: string; way: Way; withToken: By; without: By }[] = [
  { name: 'basic', way: { basic: true }, withToken: 'login', without: 'login' },
  { name: 'forced', way: { basic: true, oauth2: 'ours', force: true }, withToken: 'login', without: 'login' },
  { name: 'handed-on', way: { oauth2: 'theirs' }, withToken: 'the token of the caller', without: 'an error' },
  { name: 'fallback', way: { basic: true, oauth2: 'theirs' }, withToken: 'the token of the caller', without: 'login' },
  { name: 'client', way: { oauth2: 'ours' }, withToken: 'a token of ours', without: 'a token of ours' },
];

const TYPES = {
  DB: { own: 'db-connector', images: 'wado', path: '/wado' },
  DICOM: { own: 'dicom-connector', images: 'wado', path: '/wado' },
  DICOM_WEB: { own: 'dicom-web-connector', images: 'wado-rs', path: '/dicom-web' },
} as const;
type ConnectorType = keyof typeof TYPES;

const LAYOUTS = ['first', 'second'] as const;
type Layout = (typeof LAYOUTS)[number];

const TABLE = (Object.keys(TYPES) as ConnectorType[]).flatMap((type) =>
  LAYOUTS.flatMap((layout) => CASES.map((one) => ({ ...one, type, layout, id: `${type}-${layout}-${one.name}` }))),
);

/** The images' part of a connector, in the words of a layout. */
function imagesIn(layout: Layout, { basic, oauth2, force }: Way, path: string): object {
  const credentials = { login: LOGIN.user, password: LOGIN.password };
  if (layout === 'first') {
    return {
      ...(force && { 'force-basic': true }),
      ...(basic && { basic: { url: orthanc.httpUrl + path, ...credentials } }),
      // The first layout knows no registration: the token of the request is what it means.
      ...(oauth2 && { oauth2: { url: gatewayUrl + path, ...(oauth2 === 'ours' && { 'oidc-id': oauth2 }) } }),
    };
  }
  const server = (base: string) => {
    const { hostname, port } = new URL(base);
    return { url: `http://${hostname}`, port: Number(port), context: path };
  };
  return {
    type: force || !oauth2 ? 'BASIC' : 'OAUTH2',
    ...(basic && { basic: { ...credentials, server: server(orthanc.httpUrl) } }),
    ...(oauth2 && { oauth2: { 'oidc-id': oauth2, server: server(gatewayUrl) } }),
  };
}

/** What a connector needs to ask its archive. */
function queriesOf(type: ConnectorType, layout: Layout, database: string): object {
  switch (type) {
    case 'DB':
      return {
        uri: `jdbc:sqlite:${database}`,
        query: {
          select: `SELECT p.pat_id AS "patientId", s.study_iuid AS "studyInstanceUid", e.series_iuid AS "seriesInstanceUid",
            i.sop_iuid AS "sopInstanceUid" FROM patient p JOIN study s ON s.patient_fk = p.pk
            JOIN series e ON e.study_fk = s.pk JOIN instance i ON i.series_fk = e.pk`,
          'study-instance-uid-column': 's.study_iuid',
        },
      };
    case 'DICOM': {
      const peer = { aet: orthanc.aet, host: '127.0.0.1', port: orthanc.dicomPort };
      return layout === 'first' ? { 'calling-aet': 'US', ...peer } : { dimse: { callingAet: 'US', ...peer } };
    }
    case 'DICOM_WEB':
      return { 'qido-rs': { authentication: imagesIn('second', { basic: true }, TYPES.DICOM_WEB.path) } };
  }
}

function connectorOf({ type, layout, way }: (typeof TABLE)[number], database: string): object {
  const { own, images, path } = TYPES[type];
  const authentication = imagesIn(layout, way, path);
  const queries = queriesOf(type, layout, database);
  return layout === 'first'
    ? { type, wado: { authentication }, [own]: queries }
    : { type, [own]: { ...queries, [images]: { authentication } } };
}

/** Takes the provider's tokens, and asks Orthanc by login. */
function startGateway(): Promise<Server> {
  const server = createServer((request, response) => {
    void (async () => {
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      if (!(await provider.accepts(token))) return void response.writeHead(401).end();
      const answer = await fetch(orthanc.httpUrl + (request.url ?? ''), {
        headers: { authorization: basic(LOGIN), accept: request.headers.accept ?? '*/*' },
      });
      const type = answer.headers.get('content-type') ?? '';
      response.writeHead(answer.status, { 'content-type': type }).end(Buffer.from(await answer.arrayBuffer()));
    })();
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function basic({ user, password }: typeof LOGIN): string {
  return `Basic ${btoa(`${user}:${password}`)}`;
}

beforeAll(async () => {
  folder = await temporaryFolder('images');
  [orthanc, provider] = await Promise.all([startOrthanc({ dicomWeb: true, login: LOGIN }), startOpenId(OURS)]);
  gateway = await startGateway();
  gatewayUrl = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  await orthanc.upload(await writeDicomFiles(join(folder.path, 'dicom'), sampleArchive.slice(0, 1)));
  const { database } = await createDemoArchive(folder.path);
  const registration = (grant: string) => ({
    'client-id': OURS.clientId,
    'client-secret': OURS.clientSecret,
    'authorization-grant-type': grant,
    scope: OURS.scope,
    provider: 'idp',
  });
  const file = join(folder.path, 'site.yml');
  const config = Object.fromEntries([
    ...TABLE.map((one) => [one.id, connectorOf(one, database)] as const),
    // Both its services in one place, which needs a token for queries too.
    ['one-place', { type: 'DICOM_WEB', 'dicom-web-connector': { 'qido-rs': { authentication: onePlace('ours') } } }],
    ['as-caller', { type: 'DICOM_WEB', 'dicom-web-connector': { 'qido-rs': { authentication: onePlace('theirs') } } }],
  ]);
  // JSON is YAML.
  await writeFile(
    file,
    JSON.stringify({
      'spring.security.oauth2.client': {
        registration: { ours: registration('client_credentials'), theirs: registration('authorization_code') },
        provider: { idp: { 'issuer-uri': provider.issuer } },
      },
      connector: { config },
    }),
  );
  app = await startServer({ configuration: [file], port: 0, host: '127.0.0.1' });
  url = await app.getUrl();
  callersToken = await tokenOfCaller();
}, 120_000);

afterAll(async () => {
  await app?.close();
  gateway?.closeAllConnections();
  await new Promise((resolve) => (gateway ? gateway.close(resolve) : resolve(undefined)));
  await Promise.allSettled([orthanc?.stop(), provider?.stop()]);
  await folder?.remove();
}, 60_000);

function onePlace(oauth2: 'ours' | 'theirs'): object {
  return imagesIn('second', { oauth2 }, TYPES.DICOM_WEB.path);
}

async function tokenOfCaller(): Promise<string> {
  const response = await fetch(provider.tokenUri, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${OURS.clientId}:${OURS.clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

interface Part {
  arcId: string;
  baseUrl: string;
  webLogin?: string;
  queryMode: string;
  httpTag?: { key: string; value: string }[];
  Message?: { severity: string; description: string };
  Patient: { Study: { StudyInstanceUID: string; Series: { SeriesInstanceUID: string; Instance: Instance[] }[] }[] }[];
}
interface Instance {
  SOPInstanceUID: string;
  DirectDownloadFile?: string;
}

/** Launches the viewer, and fetches its manifest as it would: without the caller's token. */
async function partsOf(
  archive: string,
  request: { query?: string; headers?: Record<string, string> } = {},
): Promise<Part[]> {
  const { query = '', headers } = request;
  const address = `${url}/display?studyUID=${study}&archive=${archive}${query}`;
  const { headers: answer } = await fetch(address, { redirect: 'manual', headers });
  const command = decodeURIComponent((answer.get('location') ?? '').replaceAll('+', ' '));
  const manifestUrl = /\$dicom:get -w "([^"]+)"/.exec(command)?.[1] ?? command;
  const response = await fetch(manifestUrl, { headers: { accept: 'application/json' } });
  return ((await response.json()) as { manifest: { arcQuery: Part[] } }).manifest.arcQuery;
}

/** Fetches the study's first image as Weasis does: the file's own address where the manifest has one, else WADO-URI. */
async function fetchImage({ baseUrl, webLogin, httpTag = [], queryMode, Patient }: Part): Promise<Response> {
  const series = Patient[0]?.Study[0]?.Series[0];
  const [instance] = series?.Instance ?? [];
  const [seriesUid, objectUid] = [series?.SeriesInstanceUID ?? '', instance?.SOPInstanceUID ?? ''];
  const headers = new Headers(httpTag.map(({ key, value }) => [key, value]));
  if (webLogin !== undefined) headers.set('authorization', `Basic ${webLogin}`);
  if (queryMode === 'DICOM_WEB') {
    headers.set('accept', 'multipart/related;type="application/dicom";transfer-syntax=*');
    return fetch(baseUrl + String(instance?.DirectDownloadFile), { headers });
  }
  const question = `requestType=WADO&studyUID=${study}&seriesUID=${seriesUid}&objectUID=${objectUid}`;
  return fetch(`${baseUrl}?${question}&contentType=application/dicom`, { headers });
}

/** Checks that a part is as it should be, and that an image can be had with it. */
async function expectImagesBy(by: By, part: Part | undefined, path: string): Promise<void> {
  if (!part) throw new Error('the manifest has no such part');
  const token = part.httpTag?.find(({ key }) => key === 'Authorization')?.value.replace(/^Bearer /, '');
  if (by === 'an error') {
    expect(part).toMatchObject({ Message: { severity: 'ERROR' }, Patient: [] });
    expect([part.webLogin, token]).toEqual([undefined, undefined]);
    return;
  }
  expect(part.Patient.map(({ Study }) => Study.map(({ StudyInstanceUID }) => StudyInstanceUID))).toEqual([[study]]);
  if (by === 'login') {
    expect([part.baseUrl, token]).toEqual([orthanc.httpUrl + path, undefined]);
    expect(part.webLogin).toBe(btoa(`${LOGIN.user}:${LOGIN.password}`));
  } else {
    expect([part.baseUrl, part.webLogin]).toEqual([gatewayUrl + path, undefined]);
    expect(token === callersToken).toBe(by === 'the token of the caller');
    expect(await provider.introspect(token ?? '')).toMatchObject({ active: true, client_id: OURS.clientId });
  }
  const image = await fetchImage(part);
  expect(image.status).toBe(200);
  // Part 10: the preamble's mark (PS3.10 7.1), in a body of its own or in the multipart answer.
  expect(Buffer.from(await image.arrayBuffer()).includes('DICM')).toBe(true);
}

describe.each(TABLE)('$type, the $layout layout, $name', ({ id, type, withToken, without }) => {
  const { path } = TYPES[type];

  it(`a request with a token: ${withToken}`, async () => {
    const byHeader = await partsOf(id, { headers: { authorization: `Bearer ${callersToken}` } });
    await expectImagesBy(withToken, byHeader[0], path);
    const byParameter = await partsOf(id, { query: `&access_token=${callersToken}` });
    expect(byParameter).toEqual(byHeader);
  });

  it(`a request without: ${without}`, async () => {
    // Another archive answers beside it, whatever becomes of this one.
    const parts = await partsOf(`${id},DB-first-basic`);
    await expectImagesBy(
      without,
      parts.find(({ arcId }) => arcId === id),
      path,
    );
    await expectImagesBy(
      'login',
      parts.find(({ arcId }) => arcId === 'DB-first-basic'),
      TYPES.DB.path,
    );
  });
});

describe('queries and images of a DICOMweb service in one place', () => {
  it('go by a token of ours', async () => {
    const [part] = await partsOf('one-place');
    await expectImagesBy('a token of ours', part, TYPES.DICOM_WEB.path);
  });

  it('go by the token of the caller, and are an error without one', async () => {
    const [part] = await partsOf('as-caller', { headers: { authorization: `Bearer ${callersToken}` } });
    await expectImagesBy('the token of the caller', part, TYPES.DICOM_WEB.path);
    await expectImagesBy('an error', (await partsOf('as-caller'))[0], TYPES.DICOM_WEB.path);
  });
});

it('without its login or a token that the provider gave, nobody gets an image', async () => {
  const [part] = await partsOf('DICOM_WEB-first-basic');
  const rest = { ...(part as Part), webLogin: undefined };
  expect((await fetchImage(rest)).status).toBe(401);
  const forged = { key: 'Authorization', value: `Bearer ${callersToken}x` };
  expect((await fetchImage({ ...rest, baseUrl: gatewayUrl + TYPES.DICOM_WEB.path, httpTag: [forged] })).status).toBe(
    401,
  );
});
