import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { instanceRows, type InstanceRow } from '@pacs-connectors/connector-testkit';
import { createDemoArchive } from '@pacs-connectors/demo-archive';
import { addressOf, startServer } from './server.js';

let folder: string;
let app: NestFastifyApplication;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifest-server-'));
  const { configuration } = await createDemoArchive(folder);
  app = await startServer({ configuration: [configuration], port: 0, host: '127.0.0.1', contextPath: '/pacs' });
  url = await addressOf(app);
});

afterAll(async () => {
  await app?.close();
  await rm(folder, { recursive: true });
});

/** SOP Instance UIDs of the manifest that a query gets. */
async function found(query: string): Promise<string[]> {
  const response = await fetch(`${url}/manifest?${query}`, { headers: { accept: 'application/xml' } });
  expect(response.status).toBe(200);
  return [...(await response.text()).matchAll(/ SOPInstanceUID="([^"]+)"/g)].map(([, uid]) => uid ?? '').sort();
}

function expected(wanted: (row: InstanceRow) => boolean): string[] {
  const uids = instanceRows()
    .filter(wanted)
    .map(({ instance }) => instance.sopInstanceUid)
    .sort();
  expect(uids.length).toBeGreaterThan(0);
  return uids;
}

describe('a manifest from a database', () => {
  const [first, ...others] = instanceRows();
  const other = others.find(({ study }) => study.studyInstanceUid !== first?.study.studyInstanceUid);

  it('holds what each kind of identifier names', async () => {
    if (!first) throw new Error('the sample is empty');
    const { patient, study, series, instance } = first;
    expect(await found(`patientID=${patient.patientId}`)).toEqual(
      expected((row) => row.patient.patientId === patient.patientId),
    );
    expect(await found(`patientID=0042^^^HOSPITAL_B`)).toEqual(
      expected((row) => row.patient.patientId === '0042' && row.patient.issuerOfPatientId === 'HOSPITAL_B'),
    );
    expect(await found(`studyUID=${study.studyInstanceUid}`)).toEqual(expected((row) => row.study === study));
    expect(await found(`accessionNumber=${encodeURIComponent(study.accessionNumber ?? '')}`)).toEqual(
      expected((row) => row.study.accessionNumber === study.accessionNumber),
    );
    expect(await found(`seriesUID=${series.seriesInstanceUid}`)).toEqual(expected((row) => row.series === series));
    expect(await found(`objectUID=${instance.sopInstanceUid}`)).toEqual([instance.sopInstanceUid]);
  });

  it('holds the union of several', async () => {
    if (!first || !other) throw new Error('the sample is too small');
    const query = `studyUID=${other.study.studyInstanceUid}&objectUID=${first.instance.sopInstanceUid}`;
    expect(await found(query)).toEqual(expected((row) => row.study === other.study || row.instance === first.instance));
  });

  it('is filtered', async () => {
    expect(await found('patientID=DEMO-1&modalitiesInStudy=MR')).toEqual(
      expected(
        ({ patient, study }) =>
          patient.patientId === 'DEMO-1' && study.series.some(({ modality }) => modality === 'MR'),
      ),
    );
    expect(await found('patientID=nobody')).toEqual([]);
  });
});

it('says that it lives and is ready', async () => {
  for (const path of ['live', 'ready']) {
    let response = await fetch(`${url}/health/${path}`);
    // Until its archives have been looked at once.
    while (response.status === 503) response = await fetch(`${url}/health/${path}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toContain('no-store');
    expect(await response.json()).toMatchObject({ status: path === 'live' ? 'ok' : expect.any(String) });
  }
});
