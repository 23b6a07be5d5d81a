import { emptyCriteria } from '@pacs-connectors/connector-core';
import { DicomConnector } from '@pacs-connectors/connector-dicom';

const settings = {
  callingAet: 'WEASIS', // our AE title, as the archive knows it
  aet: process.env.PACS_AET ?? 'PACS',
  host: process.env.PACS_HOST ?? 'pacs.example.org',
  port: Number(process.env.PACS_PORT ?? 11112),
};
const connector = new DicomConnector({ id: 'main', type: 'DICOM', deactivated: [], settings });
const criteria = { ...emptyCriteria(), patientIds: [{ id: '4711' }] };
const result = await connector.search(criteria, { signal: AbortSignal.timeout(10_000), depth: 'instance' });
console.log(JSON.stringify(result));
await connector.close();
