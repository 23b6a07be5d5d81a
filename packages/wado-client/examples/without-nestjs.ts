import { type ImageAddress, WadoRetrieval } from '@pacs-connectors/wado-client';

const baseUrl = process.env.DICOMWEB_URL ?? 'https://pacs.example.org/dicom-web';
const address: ImageAddress = { archiveId: 'main', baseUrl, service: 'wado-rs' };
const retrieval = new WadoRetrieval();
const study = { studyInstanceUid: '1.5' };
for await (const { sopInstanceUid, file } of retrieval.retrieveFrom(address, study, AbortSignal.timeout(10_000))) {
  let length = 0;
  for await (const chunk of file) length += chunk.length;
  console.log(`${sopInstanceUid}: ${length} bytes`);
}
await retrieval.close();
