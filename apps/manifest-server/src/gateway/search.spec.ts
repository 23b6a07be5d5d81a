import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConnectorError, type SearchCriteria, type SearchResult } from '@pacs-connectors/connector-core';
import { archives, browses, fakes, patientWith, serveFakes } from '../testing/fake-archive.js';

let app: NestFastifyApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
  archives.clear();
  browses.clear();
});

async function serve(keys = 'gateway.enabled: true\n', ids = ['main', 'second']): Promise<string> {
  const served = await serveFakes(`${fakes(...ids)}${keys}`, {}, new PassThrough().resume());
  app = served.app;
  return served.url;
}

type Json = Record<string, { vr: string; Value?: unknown[] }>[];

async function get(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  const text = await response.text();
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  const warnings = response.headers.get('warning') ?? '';
  return { status: response.status, json: body as Json, problem: body as { type: string }, warnings, response };
}

const value = (json: Json, tag: string) => json.map((one) => one[tag]?.Value?.[0]);

function answers(id: string, result: SearchResult): SearchCriteria[] {
  const asked: SearchCriteria[] = [];
  archives.set(id, async (criteria) => {
    asked.push(criteria);
    return result;
  });
  return asked;
}

function patient(id: string, studies: [uid: string, date: string, description?: string][]): SearchResult {
  return {
    patients: [
      {
        patientId: id,
        patientName: 'Müller^Jörg=山田^太郎',
        patientBirthDate: '19700101',
        studies: studies.map(([studyInstanceUid, studyDate, studyDescription]) => ({
          studyInstanceUid,
          studyDate,
          studyDescription,
          modalitiesInStudy: ['CT', 'SR'],
          series: [],
        })),
      },
    ],
    notices: [],
  };
}

describe('a search for studies', () => {
  it('joins the archives and returns DICOM JSON', async () => {
    const asked = answers(
      'main',
      patient('P1', [
        ['1.2', '20240101'],
        ['1.3', '20240301'],
      ]),
    );
    answers(
      'second',
      patient('P1', [
        ['1.2', '20240101', 'Thorax'],
        ['1.4', '20240201'],
      ]),
    );
    const url = await serve();
    const { status, json, response, warnings } = await get(`${url}/dicom-web/studies?PatientID=P1`);
    expect({ status, warnings }).toEqual({ status: 200, warnings: expect.any(String) });
    expect(response.headers.get('content-type')).toMatch(/^application\/dicom\+json/);
    expect(value(json, '0020000D')).toEqual(['1.3', '1.4', '1.2']);
    expect(json[2]).toMatchObject({
      '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
      '00081030': { vr: 'LO', Value: ['Thorax'] },
      '00080061': { vr: 'CS', Value: ['CT', 'SR'] },
      '00081190': { vr: 'UR', Value: [`${url}/dicom-web/studies/1.2`] },
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Müller^Jörg', Ideographic: '山田^太郎' }] },
      '00100030': { vr: 'DA', Value: ['19700101'] },
    });
    expect(asked).toMatchObject([{ patientIds: [{ id: 'P1' }], studyInstanceUids: [] }]);
  });

  it.each([
    ['StudyDate=20240101-20240201', ['1.4', '1.2']],
    ['StudyDate=-20240131', ['1.2']],
    ['StudyDescription=tho*', []],
    ['StudyDescription=Tho*', ['1.2']],
    ['PatientName=muller*', ['1.3', '1.4', '1.2']],
    ['PatientName=Muller%5EJ%3Frg', ['1.3', '1.4', '1.2']],
    ['PatientName=Maier', []],
    ['ModalitiesInStudy=MR', []],
    ['ModalitiesInStudy=CT,MR', ['1.3', '1.4', '1.2']],
    ['00100030=19700101', ['1.3', '1.4', '1.2']],
    ['StudyInstanceUID=1.2,1.4', ['1.4', '1.2']],
    ['limit=1', ['1.3']],
    ['offset=1&limit=1', ['1.4']],
    ['offset=7', []],
  ])('matches %s', async (parameters, uids) => {
    answers(
      'main',
      patient('P1', [
        ['1.2', '20240101', 'Thorax'],
        ['1.3', '20240301', 'x'],
        ['1.4', '20240201', 'y'],
      ]),
    );
    const url = await serve(undefined, ['main']);
    const { status, json } = await get(`${url}/dicom-web/studies?PatientID=P1&${parameters}`);
    expect(status).toBe(uids.length > 0 ? 200 : 204);
    expect(value(json ?? [], '0020000D')).toEqual(uids);
  });

  it('says in warnings what it cannot do, and how many results are left', async () => {
    answers(
      'main',
      patient('P1', [
        ['1.2', '20240101'],
        ['1.3', '20240301'],
      ]),
    );
    const url = await serve(undefined, ['main']);
    const parameters = 'PatientID=P1&fuzzymatching=true&00081010=x&includefield=00081030,00080201&limit=1&StudyID=7';
    const { status, warnings } = await get(`${url}/dicom-web/studies?${parameters}`);
    expect(status).toBe(200);
    expect(warnings).toContain('299 pacs-connectors "Fuzzy matching is not supported. Literal matching was performed.');
    expect(warnings).toContain('These parameters are not supported and were ignored: 00081010. [server.gateway.');
    expect(warnings).toContain('These fields are not available in search results: 00080201.');
    expect(warnings).toContain('1 more result can be requested by offset. [server.gateway.more-results]');
    expect(warnings).toContain('could not be checked by StudyID');
  });

  it('counts series and instances if includefield asks for it', async () => {
    const depths: string[] = [];
    archives.set('main', async (_criteria, { depth }) => {
      depths.push(depth);
      return patientWith('1.2', 3);
    });
    const url = await serve(undefined, ['main']);
    await get(`${url}/dicom-web/studies?PatientID=P1`);
    const { json } = await get(
      `${url}/dicom-web/studies?PatientID=P1&includefield=00201208,NumberOfStudyRelatedSeries`,
    );
    expect(depths).toEqual(['study', 'instance']);
    expect([value(json, '00201206'), value(json, '00201208')]).toEqual([[1], [3]]);
  });

  it('returns the results of other archives if one fails', async () => {
    answers('main', patient('P1', [['1.2', '20240101']]));
    archives.set('second', () => Promise.reject(new ConnectorError('second', 'unavailable', 'no route')));
    const url = await serve();
    const { status, json, warnings } = await get(`${url}/dicom-web/studies?PatientID=P1`);
    expect([status, value(json, '0020000D')]).toEqual([200, ['1.2']]);
    expect(warnings).toContain('[archive.unavailable]');
    const one = await get(`${url}/dicom-web/second/studies?PatientID=P1`);
    expect([one.status, one.problem.type]).toEqual([502, 'urn:pacs-connectors:error:server.gateway.archives-failed']);
  });

  it('keeps two patients apart and names the archive of each', async () => {
    answers('main', patient('P1', [['1.2', '20240101']]));
    answers('second', patient('P2', [['1.2', '20240101']]));
    const url = await serve();
    const { json } = await get(`${url}/dicom-web/studies?StudyInstanceUID=1.2`);
    expect(value(json, '00100020').sort()).toEqual(['P1', 'P2']);
    expect(value(json, '00081190').sort()).toEqual([
      `${url}/dicom-web/main/studies/1.2`,
      `${url}/dicom-web/second/studies/1.2`,
    ]);
    const { status, problem } = await get(`${url}/dicom-web/studies/1.2/series`);
    expect([status, problem.type]).toEqual([409, 'urn:pacs-connectors:error:server.gateway.patients-differ']);
  });
});

describe('a search for series and instances', () => {
  it.each([
    ['series?PatientID=P1', 1, '0020000E'],
    ['studies/1.2/series', 1, '0020000E'],
    ['studies/1.2/instances', 3, '00080018'],
    ['studies/1.2/series/1.2.1/instances', 3, '00080018'],
    ['instances?StudyInstanceUID=1.2', 3, '00080018'],
    ['main/studies/1.2/series', 1, '0020000E'],
    ['main/instances?SOPInstanceUID=1.2.1.2', 1, '00080018'],
  ])('answers %s', async (address, count, tag) => {
    answers('main', patientWith('1.2', 3));
    const url = await serve(undefined, ['main']);
    const { status, json } = await get(`${url}/dicom-web/${address}`);
    expect(status).toBe(200);
    expect(value(json, tag).filter((uid) => uid !== undefined)).toHaveLength(count);
    expect(value(json, '0020000D')).toEqual(Array(count).fill('1.2'));
  });
});

describe('a search without an identifier', () => {
  it('is refused unless gateway.browse allows it', async () => {
    const url = await serve();
    const { status, problem } = await get(`${url}/dicom-web/studies?StudyDate=20240101`);
    expect([status, problem.type]).toEqual([403, 'urn:pacs-connectors:error:server.gateway.identifier-needed']);
    expect((await get(`${url}/dicom-web/studies?PatientID=P*`)).status).toBe(403);
  });

  it('browses the archives that can, and names the others', async () => {
    const filters: unknown[] = [];
    browses.set('main', async (wanted) => {
      filters.push(wanted);
      return patient('P1', [
        ['1.2', '20240101'],
        ['1.3', '20240301'],
      ]);
    });
    const url = await serve('gateway.enabled: true\ngateway.browse: true\n');
    const { status, json, warnings } = await get(`${url}/dicom-web/studies?StudyDate=20240101-20240131&limit=10`);
    expect([status, value(json, '0020000D')]).toEqual([200, ['1.2']]);
    expect(filters).toMatchObject([
      { lowerDateTime: { date: '20240101' }, upperDateTime: { date: '20240131' }, mostRecentResults: 11 },
    ]);
    expect(warnings).toContain('Archive second was not searched');
    expect(warnings).toContain('[server.gateway.browse-unsupported]');
  });
});

it('has an entity tag and gzip', async () => {
  answers('main', patient('P1', [['1.2', '20240101']]));
  const url = await serve(undefined, ['main']);
  const address = `${url}/dicom-web/studies?PatientID=P1`;
  const { response } = await get(address, { 'accept-encoding': 'gzip' });
  expect(response.headers.get('content-encoding')).toBe('gzip');
  const etag = response.headers.get('etag') ?? '';
  expect((await get(address, { 'accept-encoding': 'gzip', 'if-none-match': etag })).status).toBe(304);
  const head = await fetch(address, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

it.each([
  ['studies?PatientID=P1&limit=x', 400, 'server.request.parameters-invalid'],
  ['studies?StudyInstanceUID=abc', 400, 'server.request.parameters-invalid'],
  ['studies?PatientID=P1&StudyDate=soon', 400, 'server.request.parameters-invalid'],
  ['studies/abc/series', 400, 'server.request.parameters-invalid'],
  ['other/studies?PatientID=P1', 404, 'server.archive.unknown'],
])('refuses %s', async (address, status, code) => {
  const url = await serve();
  const answer = await get(`${url}/dicom-web/${address}`);
  expect([answer.status, answer.problem.type]).toEqual([status, `urn:pacs-connectors:error:${code}`]);
});

it('refuses clients that accept no DICOM JSON, and identifiers that are not allowed', async () => {
  const url = await serve('gateway.enabled: true\nrequest.ids: studyUID\n');
  const address = `${url}/dicom-web/studies?PatientID=P1`;
  expect((await get(address, { accept: 'text/html' })).status).toBe(406);
  const { status, json } = await get(address);
  expect([status, JSON.stringify(json)]).toEqual([400, expect.stringContaining('server.parameter.not-allowed')]);
});

it.each([
  ['', 404, 'server.request.address-unknown'],
  [
    'gateway.enabled: true\ncryptography.enabled: true\ncryptography.password: secret\n',
    403,
    'server.gateway.identifiers-encrypted',
  ],
])('is off: %j', async (keys, status, code) => {
  const url = await serve(keys);
  const answer = await get(`${url}/dicom-web/studies?PatientID=P1`);
  expect([answer.status, answer.problem.type]).toEqual([status, `urn:pacs-connectors:error:${code}`]);
});
