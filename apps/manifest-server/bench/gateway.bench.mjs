// The first image and a whole series of 500 CT images through the gateway, beside the same from Orthanc directly.
import { writeFile } from 'node:fs/promises';
import { dicomFile, startOrthanc, temporaryFolder } from '@pacs-connectors/test-services';
import { startServer } from './server.mjs';

const COUNT = 500;
const image = { rows: 512, columns: 512, bitsStored: 12 };
const patient = { patientId: 'B1', patientName: 'Bench^Gateway' };
const study = { studyInstanceUid: '2.25.500', studyDate: '20240101' };
const series = { seriesInstanceUid: '2.25.500.1', modality: 'CT', seriesNumber: '1' };

const orthanc = await startOrthanc({ dicomWeb: true });
const folder = await temporaryFolder('gateway-bench');
for (let at = 1; at <= COUNT; at += 50)
  await orthanc.upload(
    Array.from({ length: 50 }, (_, index) => {
      const number = at + index;
      return dicomFile(patient, study, series, {
        sopInstanceUid: `2.25.500.1.${number}`,
        instanceNumber: `${number}`,
        image,
      });
    }),
  );

/** Milliseconds until the first 520,000 bytes (one image) have come, and until all have. */
async function retrieve(base) {
  const start = performance.now();
  const response = await fetch(`${base}/studies/2.25.500/series/2.25.500.1`, {
    headers: { accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' },
  });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  let bytes = 0;
  let first;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes >= 520_000) first ??= performance.now() - start;
  }
  if (bytes < COUNT * 512 * 512 * 2) throw new Error(`only ${bytes} bytes`);
  return { first, whole: performance.now() - start };
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

async function freshServer(ttl) {
  const configuration = `${folder.path}/connectors.yml`;
  const url = `{ url: "${orthanc.dicomWebUrl}" }`;
  await writeFile(
    configuration,
    `gateway: { enabled: true, cache: { folder: "${folder.path}", ttl: ${ttl} } }
connector:
  config:
    one:
      type: DICOM_WEB
      dicom-web-connector: { qido-rs.authentication.basic: ${url}, wado-rs.authentication.basic: ${url} }
`,
  );
  return startServer(configuration);
}

const direct = [];
const through = [];
const cached = [];
await retrieve(orthanc.dicomWebUrl);
for (let run = 0; run < 3; run++) {
  direct.push(await retrieve(orthanc.dicomWebUrl));
  const server = await freshServer('10m');
  through.push(await retrieve(`${server.url}/dicom-web`));
  cached.push(await retrieve(`${server.url}/dicom-web`));
  await server.stop();
}
const report = (name, value, baseline, target) =>
  console.log(JSON.stringify({ name, value, baseline, unit: 'ms', ratio: value / baseline, target }));
const of = (runs, key) => median(runs.map((run) => run[key]));
report('gateway: first image of 500 by WADO-RS', of(through, 'first'), of(direct, 'first'), 1.3);
report('gateway: series of 500 by WADO-RS', of(through, 'whole'), of(direct, 'whole'), 1.25);
report('gateway: the same from the cache', of(cached, 'whole'), of(direct, 'whole'), 1.1);
await orthanc.stop();
await folder.remove();
