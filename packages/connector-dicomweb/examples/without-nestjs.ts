import { emptyCriteria } from '@pacs-connectors/connector-core';
import { DicomWebConnector, DicomWebSettings } from '@pacs-connectors/connector-dicomweb';

const settings = new DicomWebSettings();
settings.qidoRs = { basic: { url: process.env.DICOMWEB_URL ?? 'https://pacs.example.org/dicom-web' } };
const connector = new DicomWebConnector({ id: 'main', type: 'DICOM_WEB', deactivated: [], settings });
const criteria = { ...emptyCriteria(), patientIds: [{ id: '4711' }] };
const result = await connector.search(criteria, { signal: AbortSignal.timeout(10_000), depth: 'instance' });
console.log(JSON.stringify(result));
await connector.close();
