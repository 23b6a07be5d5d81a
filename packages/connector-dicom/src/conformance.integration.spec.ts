import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { join } from 'node:path';
import { conformanceCases, type ImageArchives, sampleArchive } from '@pacs-connectors/connector-testkit';
import {
  type RunningDcmqrscp,
  type RunningOrthanc,
  startDcmqrscp,
  startOrthanc,
  temporaryFolder,
  writeDicomFiles,
} from '@pacs-connectors/test-services';
import { errors } from './errors/error-codes.js';
import { type DicomConnector } from './dicom-connector.js';
import { type DicomSettings } from './dicom-settings.js';
import { scripted } from './testing/scripted-archive.js';
import { connectorTo } from './testing/settings.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let orthanc: RunningOrthanc;
let dcmqrscp: RunningDcmqrscp;

beforeAll(async () => {
  folder = await temporaryFolder('dicom-conformance');
  const files = await writeDicomFiles(join(folder.path, 'files'), sampleArchive);
  [orthanc, dcmqrscp] = await Promise.all([
    startOrthanc({ config: { DefaultEncoding: 'Utf8', DicomAlwaysAllowGet: true } }),
    startDcmqrscp({ files }),
  ]);
  await orthanc.upload(files);
});

afterAll(async () => {
  await Promise.all([orthanc?.stop(), dcmqrscp?.stop()]);
  await folder?.remove();
});

const open = (connector: DicomConnector) => Promise.resolve({ connector, close: () => connector.close() });

const network = {
  // The server's port is known when it has started.
  get target() {
    return { host: '127.0.0.1', port: orthanc.dicomPort };
  },
  openVia: ({ port }: { port: number }) => open(connectorTo({ dicomPort: port, aet: orthanc.aet })),
  retrieves: true,
};
const never = 'Orthanc sends what it has.';
const images: ImageArchives = {
  impossible: { breaksAfter: never, stallsAfter: never, omitted: never, replaced: never },
  async open({ files }) {
    await orthanc.upload(files.map(({ bytes }) => bytes));
    const connector = connectorTo(orthanc);
    const close = async () => {
      await connector.close();
      // The other tests expect the sample archive and nothing else.
      await removePatient(files[0]?.patient.patientId ?? '');
    };
    return { connector, close };
  },
};

async function removePatient(patientId: string): Promise<void> {
  const body = JSON.stringify({ Level: 'Patient', Query: { PatientID: patientId } });
  const found = await fetch(`${orthanc.httpUrl}/tools/find`, { method: 'POST', body });
  for (const id of (await found.json()) as string[])
    await fetch(`${orthanc.httpUrl}/patients/${id}`, { method: 'DELETE' });
}

const MODES: Partial<DicomSettings>[] = [
  {},
  { relational: 'on', uidLists: 'on' },
  { relational: 'off', uidLists: 'off', maxAssociations: 1 },
];

describe.each(MODES)('a connector with %j', (settings) => {
  describe('passes the conformance suite on Orthanc', () => {
    // These tests have settings of their own.
    const more = settings === MODES[0] ? { scripted, images, network } : {};
    const cases = conformanceCases(() => open(connectorTo(orthanc, settings)), { errors, ...more });
    for (const { name, run } of cases) it(name, run);
  });

  // Its index has none of these attributes.
  describe('passes the conformance suite on dcmqrscp', () => {
    const cases = conformanceCases(() => open(connectorTo(dcmqrscp, settings)), {
      errors,
      lacks: ['sopClassUid', 'seriesDescription', 'seriesDate', 'seriesTime', 'patientBirthTime'],
    });
    for (const { name, run } of cases) it(name, run);
  });
});
