import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { readConfiguration } from '@pacs-connectors/config-core';
import { ConnectorDicomWebModule } from '@pacs-connectors/connector-dicomweb/nestjs';
import { ViewersModule } from '@pacs-connectors/viewers/nestjs';
import {
  dicomFile,
  framesOf,
  type FileImage,
  type RunningOrthanc,
  startOrthanc,
  transcode,
  transferSyntaxes,
} from '@pacs-connectors/test-services';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { serve } from '../server.js';

const execute = promisify(execFile);
const image: FileImage = { rows: 32, columns: 32, frames: 2, bitsStored: 12, window: ['2000', '4000'] };
const patient = { patientId: 'P1', patientName: 'Müller^Jörg' };
const study = { studyInstanceUid: '2.25.1', studyDate: '20240101', studyDescription: 'Thorax', accessionNumber: 'A1' };
const series = { seriesInstanceUid: '2.25.1.1', modality: 'CT', seriesNumber: '1' };
const file = (at: number) =>
  dicomFile(patient, study, series, { sopInstanceUid: `2.25.1.1.${at}`, instanceNumber: String(at), image });

let orthancs: RunningOrthanc[] = [];
let app: NestFastifyApplication;
let url: string;
let folder: string;
const files = new Map<string, Buffer>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-orthanc-'));
  orthancs = await Promise.all([startOrthanc({ dicomWeb: true }), startOrthanc({ dicomWeb: true })]);
  const [first, second] = orthancs as [RunningOrthanc, RunningOrthanc];
  for (const at of [1, 2, 3])
    files.set(`2.25.1.1.${at}`, at === 3 ? await transcode(file(at), transferSyntaxes.jpegLsLossless) : file(at));
  const all = [...files.values()];
  // The first archive lacks an instance.
  await Promise.all([first.upload(all.slice(0, 2)), second.upload(all)]);
  const archive = (id: string, { dicomWebUrl }: RunningOrthanc) => `
    ${id}:
      type: DICOM_WEB
      dicom-web-connector:
        qido-rs.authentication.basic: { url: "${dicomWebUrl}" }
        wado-rs.authentication.basic: { url: "${dicomWebUrl}" }`;
  const path = join(folder, 'connectors.yml');
  await writeFile(
    path,
    `gateway: { enabled: true, browse: true, cache: { folder: ${folder} } }\nconnector:\n  config:${archive('one', first)}${archive('two', second)}\n`,
  );
  const configuration = new ServerConfiguration(await readConfiguration([path]));
  const options = { configuration: [], port: 0, host: '127.0.0.1' };
  app = await serve(configuration, [ConnectorDicomWebModule, ViewersModule], options, new PassThrough().resume());
  url = `${await app.getUrl()}/dicom-web`;
});
afterAll(async () => {
  await app?.close();
  await Promise.all(orthancs.map((orthanc) => orthanc.stop()));
  await rm(folder, { recursive: true });
});

it('lists a study of two archives once, with every instance', async () => {
  const studies = (await (await fetch(`${url}/studies?PatientID=P1&includefield=00201208`)).json()) as object[];
  expect(studies).toMatchObject([
    {
      '0020000D': { Value: ['2.25.1'] },
      '00081030': { Value: ['Thorax'] },
      '00201208': { Value: [3] },
      '00100010': { Value: [{ Alphabetic: 'Müller^Jörg' }] },
    },
  ]);
  const instances = (await (await fetch(`${url}/studies/2.25.1/instances`)).json()) as object[];
  expect(instances).toHaveLength(3);
});

it('lists the studies of a day without an identifier', async () => {
  const list = async (date: string) => (await fetch(`${url}/studies?StudyDate=${date}&limit=10`)).status;
  expect([await list('20240101'), await list('20240102')]).toEqual([200, 204]);
});

it('sends the stored bytes, which DCMTK reads, and the frames', async () => {
  for (const [uid, bytes] of files) {
    const address = `${url}/studies/2.25.1/series/2.25.1.1/instances/${uid}`;
    const response = await fetch(address, { headers: { accept: 'application/dicom; transfer-syntax=*' } });
    const received = Buffer.from(await response.arrayBuffer());
    const path = join(folder, `${uid}.dcm`);
    await writeFile(path, received);
    const { stdout } = await execute('dcmdump', ['+P', 'SOPInstanceUID', '+P', 'PatientID', path]);
    expect(stdout).toContain(`[${uid}]`);
    const [json] = (await (await fetch(`${address}/metadata`)).json()) as Record<string, unknown>[];
    if (bytes !== files.get('2.25.1.1.3')) {
      const dcmtk = JSON.parse((await execute('dcm2json', [path])).stdout) as Record<string, unknown>;
      for (const tag of ['7FE00010', '00083002']) for (const one of [json!, dcmtk]) delete one[tag];
      expect(json).toEqual(dcmtk);
    }
    const frame = await fetch(`${address}/frames/2`, { headers: { accept: 'application/octet-stream' } });
    expect(Buffer.from(await frame.arrayBuffer())).toEqual(framesOf({ sopInstanceUid: uid, image })[1]);
    const rendered = await fetch(`${address}/rendered`);
    expect([rendered.status, rendered.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  }
});

it('answers what is left if an archive is down', async () => {
  await orthancs[0]!.crash();
  const response = await fetch(`${url}/studies?StudyInstanceUID=2.25.1`);
  expect([response.status, response.headers.get('warning')]).toEqual([200, expect.stringContaining('Archive one')]);
  expect((await fetch(`${url}/studies/2.25.1`)).status).toBe(200);
});
