import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Patient } from '@pacs-connectors/connector-core';
import { type RunningOrthanc, startOrthanc, temporaryFolder, writeDicomFiles } from '@pacs-connectors/test-services';
import { startServer } from '../server.js';

/** Every character that a token may have (RFC 6750 2.1). */
const TOKEN = 'aZ09-._~+/x==';
/** What would be cut, unescaped or taken for syntax somewhere between the caller and the archive; no comma, it parts values. */
const CARRIED = ['PLAIN_7~.-', 'A+B C', '100%25', '%24dicom:close', "it's;x|y", 'Ä/ü#é', '-H "X: y"', '">x<', '{7}'];
/** What no quotes of a Weasis command carry as a patient id, or what the archive would take for other ids too. */
const NOT_CARRIED = ['A&B=C', '$dicom:close', '"$dicom:close"', '&patientID=A+B C', `'50%'`, 'PLAIN*', 'Ä/ü??é'];
const ODD_IDS = [...CARRIED, ...NOT_CARRIED];
const patients = ODD_IDS.map((patientId, index): Patient => ({
  patientId,
  patientName: `Odd^${index}`,
  studies: [
    {
      studyInstanceUid: `1.2.3.${index + 1}`,
      accessionNumber: `#${index}&"$;`,
      series: [
        {
          seriesInstanceUid: `1.2.3.${index + 1}.1`,
          modality: 'CT',
          instances: [{ sopInstanceUid: `1.2.3.${index + 1}.1.1` }],
        },
      ],
    },
  ],
}));

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let orthanc: RunningOrthanc;
let gateway: Server;
let gatewayUrl: string;
let app: NestFastifyApplication;
let url: string;

beforeAll(async () => {
  [orthanc, folder] = await Promise.all([startOrthanc({ dicomWeb: true }), temporaryFolder('direct')]);
  await orthanc.upload(await writeDicomFiles(join(folder.path, 'dicom'), patients));
  gateway = createServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return void response.writeHead(401).end();
    void fetch(orthanc.httpUrl + (request.url ?? ''), { headers: { accept: request.headers.accept ?? '*/*' } }).then(
      async (answer) => response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer())),
    );
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  gatewayUrl = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  const archive = (images: object) => ({
    type: 'DICOM_WEB',
    wado: { authentication: images },
    'dicom-web-connector': { 'qido-rs': { url: orthanc.dicomWebUrl } },
  });
  const file = join(folder.path, 'site.yml');
  const config = {
    open: archive({ basic: { url: orthanc.dicomWebUrl } }),
    guarded: archive({ oauth2: { url: `${gatewayUrl}/dicom-web` } }),
  };
  await writeFile(file, JSON.stringify({ connector: { config } }));
  app = await startServer({ configuration: [file], port: 0, host: '127.0.0.1' });
  url = await app.getUrl();
});

afterAll(async () => {
  await app?.close();
  gateway?.closeAllConnections();
  await new Promise((resolve) => (gateway ? gateway.close(resolve) : resolve(undefined)));
  await orthanc?.stop();
  await folder?.remove();
});

async function launch(parameters: Record<string, string>): Promise<Response> {
  const query = new URLSearchParams({ launch: 'rs', archive: 'open', ...parameters });
  return fetch(`${url}/display?${query}`, { redirect: 'manual' });
}

/** A value in single or double quotes, which Weasis's command line takes off. */
const QUOTED = /"([^"]*)"|'([^']*)'/;

/** What Weasis makes of its address: decoded once, a command at each `$`, options with their values in quotes. */
function directCommand(location: string): { base: string; query: [string, string][]; headers: string[] } {
  const text = decodeURIComponent(location.replace(/^weasis:\/\//, '').replaceAll('+', ' '));
  expect(text.split('$')).toHaveLength(2);
  const words = new RegExp(`(?: (--url|-r|-H)) (?:${QUOTED.source})`, 'g');
  expect(text.replace(words, '')).toBe('$dicom:rs');
  const options = [...text.matchAll(words)].map(([, option, double, single]) => {
    // Its command line fails on a % in double quotes.
    if (double?.includes('%')) throw new Error(`nothing opens: ${text}`);
    return { option, value: double ?? single ?? '' };
  });
  const of = (name: string) => options.filter(({ option }) => option === name).map(({ value }) => value);
  const query = of('-r').flatMap((question) =>
    question.split('&').map((pair): [string, string] => {
      const [name = '', value = ''] = pair.split('=');
      return [name, name === 'patientID' ? encodeURIComponent(value.split('^^^')[0] ?? '') : value];
    }),
  );
  return { base: of('--url')[0] ?? '', query, headers: of('-H') };
}

const ATTRIBUTES: Record<string, string> = {
  patientID: 'PatientID',
  studyUID: 'StudyInstanceUID',
  accessionNumber: 'AccessionNumber',
};

/** Runs a direct command as the viewer does: one question for each identifier, with the headers that it is given. */
async function studiesOf(location: string): Promise<string[]> {
  const { base, query, headers } = directCommand(location);
  const found = await Promise.all(
    query.map(([name, encoded]) => {
      const attribute = ATTRIBUTES[name] ?? name;
      const value = decodeURIComponent(encoded);
      return value === encoded ? qido(base, headers, attribute, value) : find(attribute, value);
    }),
  );
  return found.flat();
}

async function qido(base: string, headers: string[], attribute: string, value: string): Promise<string[]> {
  const pairs = headers.map((header) => header.split(': ') as [string, string]);
  const response = await fetch(`${base}/studies?${attribute}=${value}`, {
    headers: [['accept', 'application/dicom+json'], ...pairs],
  });
  expect(response.status).toBe(200);
  const studies = (await response.json()) as { '0020000D': { Value: string[] } }[];
  return studies.map((study) => study['0020000D'].Value[0] ?? '');
}

/** Debian's DICOMweb plug-in takes no escapes in values (docs/recipes/dicomweb-orthanc.md): Orthanc is asked its own way. */
async function find(attribute: string, value: string): Promise<string[]> {
  const body = JSON.stringify({ Level: 'Study', CaseSensitive: true, Expand: true, Query: { [attribute]: value } });
  const response = await fetch(`${orthanc.httpUrl}/tools/find`, { method: 'POST', body });
  const studies = (await response.json()) as { MainDicomTags: { StudyInstanceUID: string } }[];
  return studies.map(({ MainDicomTags }) => MainDicomTags.StudyInstanceUID);
}

const location = (response: Response) => response.headers.get('location') ?? '';

describe('launch=rs, run as the viewer would', () => {
  it.each(
    patients.map(({ patientId, studies: [study] }) => [patientId, study?.studyInstanceUid, study?.accessionNumber]),
  )(
    'finds the study of the patient %j and no other, or refuses',
    async (patientID = '', studyUID, accessionNumber = '') => {
      expect(await studiesOf(location(await launch({ accessionNumber })))).toEqual([studyUID]);
      const answer = await launch({ patientID });
      if (CARRIED.includes(patientID)) expect(await studiesOf(location(answer))).toEqual([studyUID]);
      else expect(answer.status).toBe(400);
    },
  );

  it('finds several', async () => {
    expect(await studiesOf(location(await launch({ studyUID: '1.2.3.1,1.2.3.2' })))).toEqual(['1.2.3.1', '1.2.3.2']);
  });

  it('is let in where the archive wants a token, by that of the caller alone', async () => {
    const answer = await launch({ archive: 'guarded', studyUID: '1.2.3.4', access_token: TOKEN });
    expect(directCommand(location(answer))).toEqual({
      base: `${gatewayUrl}/dicom-web`,
      query: [['studyUID', '1.2.3.4']],
      headers: [`Authorization: Bearer ${TOKEN}`],
    });
    expect(await studiesOf(location(answer))).toEqual(['1.2.3.4']);
    expect((await fetch(`${gatewayUrl}/dicom-web/studies`)).status).toBe(401);
    expect((await launch({ archive: 'guarded', studyUID: '1.2.3.4' })).status).toBe(401);
  });
});

describe('launch=rs, with what would add to the command', () => {
  it.each([
    ['access_token', 'x" -H "X: y'],
    ['access_token', 'x$dicom:close'],
    ['access_token', 'x\r\nX: y'],
    ['pro', 'a" $dicom:close --all "'],
    ['pro', 'a\n$dicom:close'],
    ['arg', '$dicom:close --all'],
    ['studyUID', '1.2" $dicom:close "'],
    ['seriesUID', '1.2$dicom:close'],
    ['archive', 'open" $dicom:close "'],
    ['patientID', 'a\u0000b'],
    ['patientID', 'a\nb'],
  ])('refuses %s=%j', async (name, value) => {
    const answer = await launch({ studyUID: '1.2.3.1', [name]: value });
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
  });
});
