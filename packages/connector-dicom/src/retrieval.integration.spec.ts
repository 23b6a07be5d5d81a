import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RetrievedInstance, type RetrieveRequest } from '@pacs-connectors/connector-core';
import {
  type FilePatient,
  type RunningDcmqrscp,
  type RunningOrthanc,
  startDcmqrscp,
  startOrthanc,
  temporaryFolder,
  writeDicomFiles,
} from '@pacs-connectors/test-services';
import { type DicomConnector } from './dicom-connector.js';
import { type DicomSettings } from './dicom-settings.js';
import { connectorTo, retrieveFrom } from './testing/settings.js';

const run = promisify(execFile);
const STUDY = '2.25.910';
const PATIENT: FilePatient = {
  patientId: 'GET-1',
  patientName: 'Get^Gerda',
  studies: [
    {
      studyInstanceUid: STUDY,
      studyDate: '20240102',
      series: [1, 2, 3].map((series) => ({
        seriesInstanceUid: `${STUDY}.${series}`,
        seriesNumber: String(series),
        modality: 'OT',
        instances: [1, 2, 3, 4].map((number) => ({
          sopInstanceUid: `${STUDY}.${series}.${number}`,
          instanceNumber: String(number),
        })),
      })),
    },
  ],
};

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let orthanc: RunningOrthanc;
let dcmqrscp: RunningDcmqrscp;
interface Stored {
  transferSyntaxUid: string;
  dataSet: string;
}
/** The data sets as they are stored, by SOP Instance UID. */
const stored = new Map<string, Stored>();
/** The same in Explicit VR without compression. dcmqrscp sends data sets without compression in this form. */
const explicit = new Map<string, Stored>();

beforeAll(async () => {
  folder = await temporaryFolder('dicom-retrieval');
  const files = await writeDicomFiles(join(folder.path, 'files'), [PATIENT]);
  const others = await writeDicomFiles(join(folder.path, 'others'), [PATIENT]);
  for (const [index, file] of files.entries()) {
    const { uid, ...rest } = parsed(await readFile(file));
    const other = others[index] as string;
    if (uid.endsWith('.2')) for (const path of [file, other]) await run('dcmcrle', [path, path]);
    else explicit.set(uid, rest);
    if (uid.endsWith('.3')) await run('dcmcjpeg', ['--encode-lossless', file, file]);
    if (uid.endsWith('.4'))
      for (const path of [file, other]) await run('dcmconv', ['--write-xfer-implicit', path, path]);
    const { uid: storedUid, ...now } = parsed(await readFile(file));
    stored.set(storedUid, now);
  }
  // This dcmqrscp accepts one compressed transfer syntax: RLE.
  [orthanc, dcmqrscp] = await Promise.all([
    startOrthanc({ config: { DicomAlwaysAllowGet: true } }),
    startDcmqrscp({ files: others, args: ['+xr'] }),
  ]);
  await orthanc.upload(files);
});

afterAll(async () => {
  await Promise.all([orthanc?.stop(), dcmqrscp?.stop()]);
  await folder?.remove();
});

/** Returns the parts of a Part 10 file. */
function parsed(file: Buffer): { uid: string; transferSyntaxUid: string; dataSet: string } {
  const end = 144 + file.readUInt32LE(140);
  const meta = file.subarray(144, end);
  const text = (tag: string) => {
    const start = meta.indexOf(Buffer.from(tag, 'hex')) + 8;
    return meta.toString('latin1', start, start + meta.readUInt16LE(start - 2)).replace(/\0+$/, '');
  };
  expect(file.toString('latin1', 128, 132)).toBe('DICM');
  return {
    uid: text('020003005549'),
    transferSyntaxUid: text('020010005549'),
    dataSet: file.subarray(end).toString('base64'),
  };
}

async function bytesOf({ file }: RetrievedInstance): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of file) parts.push(part);
  return Buffer.concat(parts);
}

async function retrieveAll(
  peer: { dicomPort: number; aet: string },
  settings: Partial<DicomSettings>,
  request: RetrieveRequest,
): Promise<string[]> {
  const connector: DicomConnector = connectorTo(peer, settings);
  const uids: string[] = [];
  try {
    for await (const instance of retrieveFrom(connector, request, AbortSignal.timeout(60_000))) {
      const { uid, ...rest } = parsed(await bytesOf(instance));
      expect(uid).toBe(instance.sopInstanceUid);
      expect(rest.transferSyntaxUid).toBe(instance.transferSyntaxUid);
      expect([stored.get(uid), ...(peer === dcmqrscp ? [explicit.get(uid)] : [])]).toContainEqual(rest);
      uids.push(uid);
    }
  } finally {
    await connector.close();
  }
  return uids.sort();
}

const PEERS: [string, () => { dicomPort: number; aet: string }][] = [
  ['Orthanc', () => orthanc],
  ['dcmqrscp', () => dcmqrscp],
];
const SETTINGS: [string, Partial<DicomSettings>][] = [
  ['C-GET', {}],
  ['C-GET with one association', { maxAssociations: 1 }],
];

describe.each(PEERS)('images of %s', (_, peer) => {
  describe.each(SETTINGS)('by %s', (__, settings) => {
    it.each<[string, RetrieveRequest, number]>([
      ['a study', { studyInstanceUid: STUDY }, 12],
      ['a series', { studyInstanceUid: STUDY, seriesInstanceUid: `${STUDY}.2` }, 4],
      [
        'two images',
        {
          studyInstanceUid: STUDY,
          seriesInstanceUid: `${STUDY}.3`,
          sopInstanceUids: [`${STUDY}.3.2`, `${STUDY}.3.4`],
        },
        2,
      ],
      ['a study that it does not have', { studyInstanceUid: '2.25.404' }, 0],
    ])('are the stored bytes: %s', async (___, request, count) => {
      const uids = await retrieveAll(peer(), settings, request);
      const all = [...stored.keys()].filter((uid) =>
        uid.startsWith(request.seriesInstanceUid ?? request.studyInstanceUid),
      );
      expect(uids).toEqual([...(request.sopInstanceUids ?? all)].sort());
      expect(uids).toHaveLength(count);
    });
  });

  it('end when the reader leaves, and the archive can be searched again', async () => {
    const connector = connectorTo(peer(), { maxAssociations: 1 });
    const instances = retrieveFrom(connector, { studyInstanceUid: STUDY }, AbortSignal.timeout(60_000));
    expect((await instances.next()).done).toBe(false);
    await instances.return();
    await connector.check(AbortSignal.timeout(10_000));
    expect(connector.connections().inUse).toBe(0);
    await connector.close();
  });

  it('are skipped where they are not read', async () => {
    const connector = connectorTo(peer());
    const uids: string[] = [];
    for await (const { sopInstanceUid } of retrieveFrom(
      connector,
      { studyInstanceUid: STUDY },
      AbortSignal.timeout(60_000),
    )) {
      uids.push(sopInstanceUid);
    }
    expect(uids).toHaveLength(12);
    await connector.close();
  });
});
