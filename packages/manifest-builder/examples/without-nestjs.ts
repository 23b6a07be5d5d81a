import { renderManifest } from '@pacs-connectors/manifest-builder';

const series = [{ seriesInstanceUid: '1.2.3', modality: 'CT', instances: [{ sopInstanceUid: '1.2.3.4' }] }];
const studies = [{ studyInstanceUid: '1.2', studyDate: '20260131', series }];
const patients = [{ patientId: '4711', patientName: 'Doe^Jane', studies }];
const manifest = { arcQueries: [{ arcId: 'main', baseUrl: 'https://pacs.example.org/wado', patients }] };
for await (const piece of renderManifest(manifest, { format: 'xml' })) process.stdout.write(piece);
