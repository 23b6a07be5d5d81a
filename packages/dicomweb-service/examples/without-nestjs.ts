import { readFile } from 'node:fs/promises';
import { bufferSource, dicomJson, readPart10, renderedJpeg, UnreadableFile } from '@pacs-connectors/dicomweb-service';

const path = process.env.FILE;
const bytes = path === undefined ? Buffer.alloc(0) : await readFile(path);
try {
  const file = await readPart10(bufferSource(bytes));
  const metadata = dicomJson(file, { bulkDataUri: (tag) => `https://pacs.example.org/bulkdata/${tag}` });
  const jpeg = await renderedJpeg(file, { frame: 1, viewport: { width: 256, height: 256 } });
  console.log(JSON.stringify(metadata), `and a JPEG of ${jpeg?.length ?? 0} bytes`);
} catch (error) {
  if (!(error instanceof UnreadableFile)) throw error;
  console.log(`The file cannot be read: ${error.message}. Set FILE to a DICOM file.`);
}
