import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { type FilePatient, writeDicomFiles } from './dicom-files.js';
import { startDcmqrscp } from './dcmtk.js';
import { startOrthanc } from './orthanc.js';
import { run, temporaryFolder } from './process.js';

const patient: FilePatient = {
  patientId: 'TEST1',
  patientName: 'Müller^Jörg',
  studies: [
    {
      studyInstanceUid: '2.25.1',
      studyDate: '20260101',
      series: [{ seriesInstanceUid: '2.25.1.1', modality: 'CT', instances: [{ sopInstanceUid: '2.25.1.1.1' }] }],
    },
  ],
};

describe('DICOM files', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let files: string[];

  beforeAll(async () => {
    folder = await temporaryFolder('dicom-files');
    files = await writeDicomFiles(join(folder.path, 'files'), [patient]);
  });
  afterAll(() => folder.remove());

  it('are read by DCMTK', async () => {
    const dump = await run('dcmdump', ['+U8', ...files]);
    expect(dump).toContain('[Müller^Jörg]');
    expect(dump).toContain('=LittleEndianExplicit');
  });

  it('are stored by Orthanc, which answers C-ECHO', async () => {
    const orthanc = await startOrthanc({ dicomWeb: true });
    try {
      await orthanc.upload(files);
      const studies = await fetch(`${orthanc.dicomWebUrl}/studies`, { headers: { accept: 'application/dicom+json' } });
      expect(JSON.stringify(await studies.json())).toContain('2.25.1');
      await run('echoscu', ['-aec', orthanc.aet, '127.0.0.1', String(orthanc.dicomPort)]);
    } finally {
      await orthanc.stop();
    }
  });

  it('are held by dcmqrscp, which answers C-FIND', async () => {
    const peer = await startDcmqrscp({ files });
    try {
      const found = await run('findscu', [
        ...[
          '-S',
          '-aec',
          peer.aet,
          '-k',
          'QueryRetrieveLevel=STUDY',
          '-k',
          'PatientID=TEST1',
          '-k',
          'StudyInstanceUID',
        ],
        ...['127.0.0.1', String(peer.dicomPort)],
      ]);
      expect(found).toContain('[2.25.1]');
    } finally {
      await peer.stop();
    }
  });

  it('are all held by dcmqrscp where they are many, the first and the last and all between', async () => {
    const instances = Array.from({ length: 1_201 }, (_, n) => ({ sopInstanceUid: `2.25.2.1.${n + 1}` }));
    const series = [{ seriesInstanceUid: '2.25.2.1', instances }];
    const many = await writeDicomFiles(join(folder.path, 'many'), [
      { patientId: 'TEST2', studies: [{ studyInstanceUid: '2.25.2', series }] },
    ]);
    const peer = await startDcmqrscp({ files: many });
    try {
      const found = await run('findscu', [
        ...['-S', '-aec', peer.aet, '-k', 'QueryRetrieveLevel=IMAGE', '-k', 'StudyInstanceUID=2.25.2'],
        ...['-k', 'SeriesInstanceUID=2.25.2.1', '-k', 'SOPInstanceUID', '127.0.0.1', String(peer.dicomPort)],
      ]);
      const uids = [...found.matchAll(/\[(2\.25\.2\.1\.\d+)\W*\]/g)].map((match) => match[1]);
      expect(uids).toEqual(instances.map(({ sopInstanceUid }) => sopInstanceUid));
    } finally {
      await peer.stop();
    }
  });
});
