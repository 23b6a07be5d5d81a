import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type DemoSite, startDemoSite } from './demo-site.js';
import { textOf, textsOf } from './dicom/attributes.js';
import { readPart10 } from './dicom/read.js';
import { EXPLICIT_VR_LITTLE_ENDIAN, JPEG_LS } from './dicom/transfer-syntaxes.js';
import { framesIn } from './storage/conversion.js';
import { openDatabase } from './storage/sqlite.js';
import { sampleUid } from './studies/sample-instances.js';

let folder: string;
let site: DemoSite;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-site-'));
  site = await startDemoSite(folder);
});

afterAll(async () => {
  await site?.close();
  await rm(folder, { recursive: true });
});

const CT = sampleUid(1, 1);

async function json(url: string): Promise<Record<string, { Value?: unknown[] }>[]> {
  const response = await fetch(url, { headers: { accept: 'application/dicom+json' } });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, { Value?: unknown[] }>[];
}

const valuesOf = (found: Record<string, { Value?: unknown[] }>[], tag: string) =>
  found.map((one) => one[tag]?.Value?.[0]);

describe('the archives', () => {
  it('have a patient in three, a study in two of which one is incomplete, and one id of two issuers', () => {
    const { north, south, west } = site.archives;
    const images = (archive: typeof north, keys: Record<string, string[]>) => archive.store.find('IMAGE', keys).length;
    expect([north, south, west].map((one) => images(one, { '00100020': ['DEMO-1'] }))).toEqual([154, 109, 2]);
    expect([north, south, west].map((one) => images(one, { '0020000D': [CT] }))).toEqual([154, 26, 0]);
    const issuers = [south, west].flatMap((one) =>
      one.store.find('PATIENT', { '00100020': ['0042'] }).map((patient) => textOf(patient, '00100021')),
    );
    expect(issuers).toEqual(['HOSPITAL_A', 'HOSPITAL_B']);
  });

  it('return names in every script, found by a part of them', () => {
    const { north, south, west } = site.archives;
    const names = [north, south, west].flatMap((one) =>
      ['*楓*', 'παρ*', 'مثال*', 'příklad*', '*길동'].flatMap((name) =>
        one.store.find('PATIENT', { '00100010': [name] }).flatMap((patient) => textsOf(patient, '00100010')),
      ),
    );
    expect(names).toEqual([
      'Παράδειγμα^Ελένη',
      'مثال^ليلى',
      'Příkladová^Žofie',
      'Hong^Gildong=洪^吉洞=홍^길동',
      'Hoshino^Kaede=星野^楓=ほしの^かえで',
      'مثال^ليلى',
    ]);
  });
});

describe('QIDO-RS', () => {
  it('searches at each level, with limit, offset and includefield', async () => {
    const { dicomWebUrl } = site.archives.north;
    const studies = await json(`${dicomWebUrl}/studies?PatientID=DEMO-1`);
    expect(valuesOf(studies, '00201208')).toEqual([154]);
    expect(valuesOf(studies, '00081190')).toEqual([`${dicomWebUrl}/studies/${CT}`]);
    expect(valuesOf(await json(`${dicomWebUrl}/studies/${CT}/series`), '00200011')).toEqual([1, 2, 3]);
    const page = await json(`${dicomWebUrl}/studies/${CT}/instances?SeriesNumber=2&limit=3&offset=70&includefield=KVP`);
    expect(valuesOf(page, '00200013')).toEqual([71, 72]);
    expect(valuesOf(page, '00180060')).toEqual([120, 120]);
    const [image] = await json(`${dicomWebUrl}/studies/${CT}/instances?limit=1`);
    expect(image).not.toHaveProperty('00180060');
    expect(await json(`${dicomWebUrl}/studies?StudyDate=20200101-20201231&ModalitiesInStudy=MG`)).toHaveLength(1);
    expect(await json(`${dicomWebUrl}/studies?PatientID=nobody`)).toEqual([]);
  });

  it('rejects wrong parameters', async () => {
    const { dicomWebUrl } = site.archives.north;
    expect((await fetch(`${dicomWebUrl}/studies?limit=-1`)).status).toBe(400);
    expect((await fetch(`${dicomWebUrl}/studies?Nonsense=1`)).status).toBe(400);
    expect((await fetch(`${dicomWebUrl}/studies/1.2.3`)).status).toBe(404);
    expect((await fetch(`${dicomWebUrl}/studies`, { method: 'POST' })).status).toBe(405);
  });
});

/** Where an image is, by the numbers of patient, study, series and image. */
function image(archive: { dicomWebUrl: string }, ...[p, s, e, i]: [number, number, number, number]) {
  const objectUid = sampleUid(p, s, e, i);
  const series = `${archive.dicomWebUrl}/studies/${sampleUid(p, s)}/series/${sampleUid(p, s, e)}`;
  return { objectUid, url: `${series}/instances/${objectUid}` };
}

/** The bodies of a multipart answer, by their Content-Length. */
async function partsOf(response: Response): Promise<Buffer[]> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const parts: Buffer[] = [];
  for (let at = bytes.indexOf('Content-Length: '); at >= 0; at = bytes.indexOf('Content-Length: ', at)) {
    const start = bytes.indexOf('\r\n\r\n', at) + 4;
    const length = parseInt(bytes.toString('latin1', at + 16, at + 30), 10);
    parts.push(bytes.subarray(start, start + length));
    at = start + length;
  }
  return parts;
}

describe('WADO-RS', () => {
  it('retrieves an instance as it is stored, or without compression', async () => {
    const { url, objectUid } = image(site.archives.south, 8, 1, 1, 3);
    for (const [transferSyntax, expected] of [
      ['; transfer-syntax=*', JPEG_LS],
      ['', EXPLICIT_VR_LITTLE_ENDIAN],
    ] as const) {
      const accept = `multipart/related; type="application/dicom"${transferSyntax}`;
      const [file] = await partsOf(await fetch(url, { headers: { accept } }));
      const { attributes, transferSyntaxUid } = readPart10(file ?? Buffer.alloc(0));
      expect(transferSyntaxUid).toBe(expected);
      expect(textOf(attributes, '00080018')).toBe(objectUid);
      expect(textOf(attributes, '00100010')).toBe('Příkladová^Žofie');
    }
  });

  it('retrieves a series, its metadata, and frames', async () => {
    const { dicomWebUrl } = site.archives.west;
    const study = sampleUid(1, 3);
    const accept = 'multipart/related; type="application/dicom"; transfer-syntax=*';
    expect(await partsOf(await fetch(`${dicomWebUrl}/studies/${study}`, { headers: { accept } }))).toHaveLength(2);
    const [metadata] = await json(`${dicomWebUrl}/studies/${study}/metadata`);
    expect(metadata?.['00280008']?.Value).toEqual([16]);
    const { url } = image(site.archives.west, 1, 3, 1, 1);
    const frames = await partsOf(await fetch(`${url}/frames/2,16`));
    expect(frames.map((frame) => frame.length)).toEqual([480 * 360, 480 * 360]);
    expect(frames[0]).not.toEqual(frames[1]);
    expect((await fetch(`${url}/frames/17`)).status).toBe(404);
  });

  it('renders JPEG in the size that is asked for', async () => {
    const { url } = image(site.archives.south, 8, 1, 1, 3);
    const response = await fetch(`${url}/rendered?viewport=128,128`);
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    const jpeg = Buffer.from(await response.arrayBuffer());
    const size = jpeg.indexOf(Buffer.of(0xff, 0xc0));
    expect([jpeg.readUInt16BE(size + 5), jpeg.readUInt16BE(size + 7)]).toEqual([128, 128]);
  });
});

describe('WADO-URI', () => {
  it('sends a file or a JPEG', async () => {
    const { wadoUrl } = site.archives.south;
    const { objectUid } = image(site.archives.south, 8, 1, 1, 3);
    const query = `?requestType=WADO&objectUID=${objectUid}`;
    const get = async (more: string) => Buffer.from(await (await fetch(wadoUrl + query + more)).arrayBuffer());
    expect(readPart10(await get('&contentType=application%2Fdicom&transferSyntax=*')).transferSyntaxUid).toBe(JPEG_LS);
    expect(readPart10(await get('&contentType=application/dicom')).transferSyntaxUid).toBe(EXPLICIT_VR_LITTLE_ENDIAN);
    expect((await get('&contentType=image/jpeg&rows=64')).readUInt16BE(0)).toBe(0xffd8);
    expect((await fetch(`${wadoUrl}?objectUID=1.2`)).status).toBe(400);
    expect((await fetch(`${wadoUrl}?requestType=WADO&objectUID=1.2`)).status).toBe(404);
  });
});

it('answers only addresses of this machine, which a web page cannot name', async () => {
  const { port } = new URL(site.archives.north.wadoUrl);
  const status = await new Promise((resolve, reject) =>
    get({ host: '127.0.0.1', port, path: '/dicom-web/studies', headers: { host: 'attacker.example' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject),
  );
  expect(status).toBe(421);
});

it('stores compressed studies without loss', async () => {
  const firstOf = (archive: 'north' | 'south', series: string) => {
    const [first] = site.archives[archive].store.instances({ series });
    if (!first) throw new Error(`archive ${archive} has no series ${series}`);
    return first;
  };
  const compressed = await framesIn(firstOf('north', sampleUid(10, 1, 1)), [EXPLICIT_VR_LITTLE_ENDIAN]);
  // The same head without compression, which differs in its burnt-in text.
  const native = await framesIn(firstOf('south', sampleUid(1, 2, 2)), ['*']);
  const belowText = 60 * 256 * 2;
  expect(compressed.frames[0]?.subarray(belowText)).toEqual(native.frames[0]?.subarray(belowText));
});

it('is configured with one connector of each kind, and one that is down', async () => {
  const { connector } = parse(await readFile(site.configuration, 'utf8')) as {
    connector: { config: Record<string, Record<string, unknown>> };
  };
  expect(Object.entries(connector.config).map(([id, { type }]) => [id, type])).toEqual([
    ['north', 'DB'],
    ['south', 'DICOM'],
    ['west', 'DICOM_WEB'],
    ['closed', 'DICOM'],
  ]);
  const { uri, query } = connector.config['north']?.['db-connector'] as { uri: string; query: { select: string } };
  const database = await openDatabase(uri.replace('jdbc:sqlite:', ''));
  const rows = database.prepare(query.select).all();
  database.close();
  expect(rows).toHaveLength(site.archives.north.store.find('IMAGE', {}).length);
});
