import { type Archive } from './archive.js';
import { fetchBody } from './fetch-manifest.js';
import { type Session } from './session.js';
import { addSeries, addStudy, type TreePatient, type TreeSeries, type TreeStudy } from './tree.js';

/** A data set of DICOM JSON (PS3.18 F.2). */
type JsonDataSet = Record<string, { Value?: unknown[] } | undefined>;

const STUDY: [attribute: string, tag: string][] = [
  ['StudyInstanceUID', '0020000D'],
  ['StudyDate', '00080020'],
  ['StudyTime', '00080030'],
  ['StudyDescription', '00081030'],
  ['AccessionNumber', '00080050'],
  ['StudyID', '00200010'],
];
const SERIES: typeof STUDY = [
  ['SeriesInstanceUID', '0020000E'],
  ['Modality', '00080060'],
  ['SeriesNumber', '00200011'],
  ['SeriesDescription', '0008103E'],
];
const PATIENT: typeof STUDY = [
  ['PatientID', '00100020'],
  ['IssuerOfPatientID', '00100021'],
  ['PatientName', '00100010'],
  ['PatientBirthDate', '00100030'],
  ['PatientSex', '00100040'],
];
const SERIES_FIELDS = 'includefield=0008103E,00080060,0020000E,00200011,00081190';

/** Adds the series of a study that the manifest left out. Returns the series to download. */
export async function completeStudy(
  session: Session,
  study: TreeStudy,
  archive: Archive,
  headers: Record<string, string> = archive.headers,
): Promise<TreeSeries[]> {
  const found = await search(session, `${archive.baseUrl}/studies/${study.uid}/series?${SERIES_FIELDS}`, headers);
  return found
    .map((one) => addSeries(study, attributesOf(one, SERIES), archive))
    .filter((series) => series !== undefined)
    .filter(() => archive.retrievesSeries);
}

/** Adds the studies of a patient that the manifest left out, with their series. */
export async function completePatient(session: Session, patient: TreePatient, archive: Archive): Promise<TreeSeries[]> {
  const identifier = encodeURIComponent(patient.attributes['PatientID'] ?? '').replaceAll('%20', '+');
  const found = await search(session, `${archive.baseUrl}/studies?00100020=${identifier}`, archive.headers);
  const series: TreeSeries[] = [];
  for (const one of found) {
    const study = addStudy(patient, attributesOf(one, STUDY));
    series.push(...(await completeStudy(session, study, archive)));
  }
  return series;
}

/** Adds the instances of a series, for a release that retrieves them one by one. */
export async function completeSeries(
  session: Session,
  series: TreeSeries,
  headers: Record<string, string>,
): Promise<void> {
  const path = `/studies/${series.studyInstanceUid}/series/${series.uid}/instances`;
  for (const one of await search(session, series.archive.baseUrl + path, headers)) {
    const uid = attributesOf(one, [['SOPInstanceUID', '00080018']])['SOPInstanceUID'] ?? '';
    series.instances.set(uid, { SOPInstanceUID: uid, DirectDownloadFile: `${path}/${uid}` });
  }
}

/** Returns the results of a QIDO-RS search. */
export async function search(
  session: Session,
  address: string,
  headers: Record<string, string>,
): Promise<JsonDataSet[]> {
  const answer = await fetchBody(session, address, { ...headers, Accept: 'application/dicom+json' });
  if (!answer || answer.body.length === 0) return [];
  return JSON.parse(answer.body.toString('utf8')) as JsonDataSet[];
}

/** Returns the attributes under their names in a manifest. */
export function attributesOf(dataSet: JsonDataSet, names: typeof STUDY): Record<string, string> {
  return Object.fromEntries(
    names.flatMap(([name, tag]) => {
      const value = dataSet[tag]?.Value?.[0];
      if (value === undefined || value === null) return [];
      const text = typeof value === 'object' ? (value as { Alphabetic?: string }).Alphabetic : value;
      return text === undefined ? [] : [[name, String(text as string | number)]];
    }),
  );
}

export { STUDY as STUDY_ATTRIBUTES, PATIENT as PATIENT_ATTRIBUTES };
