import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { completePatient, completeStudy } from './dicom-web.js';
import { type Downloads } from './downloads.js';
import { readDicomObject } from './dicom-object.js';
import { fetchBody, fetchManifest, parseManifest } from './fetch-manifest.js';
import { type Element } from './manifest-elements.js';
import { type Session } from './session.js';
import { addPatient, addSeries, addStudy, readManifest } from './tree.js';

/** Runs `dicom:get` and then starts its downloads. @throws Error for an option that the client does not simulate */
export async function dicomGet(session: Session, downloads: Downloads, words: readonly string[]): Promise<void> {
  const downloaded: Parameters<Downloads['add']>[0][] = [];
  for (let index = 0; index < words.length; index += 2) {
    const [option, value = ''] = words.slice(index, index + 2);
    switch (option) {
      case '-w':
      case '--wado':
        downloaded.push(await openManifest(session, await fetchManifest(session, value)));
        break;
      case '-i':
      case '--iwado':
        downloaded.push(await openManifest(session, embeddedManifest(session, value)));
        break;
      case '-r':
      case '--remote':
        showFile(session, value, (await fetchBody(session, value, {}))?.body);
        break;
      case '-l':
      case '--local':
        showFile(session, value, await readFile(value).catch(() => undefined));
        break;
      default:
        throw new Error(`the client does not simulate dicom:get ${option}`);
    }
  }
  for (const series of downloaded) downloads.add(series);
}

async function openManifest(session: Session, manifest: Element | undefined): Promise<Parameters<Downloads['add']>[0]> {
  if (!manifest) return [];
  const reading = readManifest(session.tree, manifest, session.rules);
  session.log.push(...reading.log);
  for (const message of reading.messages) session.dialogs.push({ kind: 'message', ...message });
  if (reading.error !== undefined)
    session.dialogs.push({ kind: 'broken-manifest', address: 'manifest', reason: reading.error });
  if (session.rules.partialManifests) {
    for (const { archive, patient, study } of reading.incomplete) {
      if (!archive.dicomWeb) continue;
      const more = study
        ? await completeStudy(session, study, archive)
        : await completePatient(session, patient, archive);
      for (const series of more) reading.downloads.set(series.uid, series);
    }
  }
  return reading.downloads.values();
}

/** Reads a manifest in gzip and base64. Only 4.6.6 can do so. */
function embeddedManifest(session: Session, value: string): Element | undefined {
  if (!session.rules.embeddedManifest) {
    session.log.push('dicom:get -i fails in this release');
    return undefined;
  }
  return parseManifest(session, 'dicom:get -i', gunzipSync(Buffer.from(value, 'base64')), undefined);
}

/** Lists a single DICOM file by its own attributes. */
function showFile(session: Session, address: string, body: Buffer | undefined): void {
  const object = body && readDicomObject(body);
  if (!object) return session.missing(address, 'no DICOM object');
  const [PatientID = '', IssuerOfPatientID = '', PatientName = ''] = JSON.parse(object.patientKey) as string[];
  const patient = addPatient(session.tree, { PatientID, IssuerOfPatientID, PatientName });
  const study = addStudy(patient, { StudyInstanceUID: object.studyInstanceUid });
  const archive = { baseUrl: address, headers: {}, extraParameters: '', overriddenTags: [] };
  const series = addSeries(
    study,
    { SeriesInstanceUID: object.seriesInstanceUid },
    {
      ...archive,
      multipart: false,
      requireOnlySopInstanceUid: false,
      retrievesSeries: false,
      dicomWeb: false,
    },
  );
  if (!series) return;
  series.instances.set(object.sopInstanceUid, {});
  session.show(series, object);
}
