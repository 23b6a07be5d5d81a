import { type Archive, archiveOf, ReadingEnds } from './archive.js';
import { patientKey } from './dicom-object.js';
import { type Element } from './manifest-elements.js';
import { type ReleaseRules } from './release.js';

/** A patient in the tree. Attributes have the names of the manifest. */
export interface TreePatient {
  key: string;
  attributes: Record<string, string>;
  studies: Map<string, TreeStudy>;
}
export interface TreeStudy {
  uid: string;
  attributes: Record<string, string>;
  series: Map<string, TreeSeries>;
}
export interface TreeSeries {
  uid: string;
  studyInstanceUid: string;
  attributes: Record<string, string>;
  archive: Archive;
  /** Attributes of the listed instances, by SOP Instance UID. */
  instances: Map<string, Record<string, string>>;
  /** The patient key in each image that has arrived, by SOP Instance UID. */
  shown: Map<string, string>;
}
export type Tree = Map<string, TreePatient>;

/** A message that Weasis shows after it has read a manifest. */
export interface ManifestMessage {
  title: string;
  description: string;
  severity: string;
}

/** What one manifest added. */
export interface ManifestReading {
  messages: ManifestMessage[];
  /** Series to download, by Series Instance UID. The last of two with the same UID counts. */
  downloads: Map<string, TreeSeries>;
  /** Patients and studies without children. */
  incomplete: { archive: Archive; patient: TreePatient; study?: TreeStudy }[];
  log: string[];
  /** Why the reading ended early, if that opens a dialog. */
  error?: string;
}

/** Adds a manifest to the tree, in document order, until it ends or an `arcQuery` cannot be read. */
export function readManifest(tree: Tree, manifest: Element, rules: ReleaseRules): ManifestReading {
  const reading: ManifestReading = { messages: [], downloads: new Map(), incomplete: [], log: [] };
  try {
    for (const arcQuery of named(manifest, 'arcQuery')) {
      const archive = archiveOf(arcQuery, rules);
      for (const { attributes } of named(arcQuery, 'Message')) addMessage(reading, attributes);
      for (const patient of named(arcQuery, 'Patient')) readPatient(tree, patient, archive, reading);
    }
  } catch (error) {
    if (!(error instanceof ReadingEnds)) throw error;
    reading.log.push(error.message);
    if (error.dialog) reading.error = error.message;
  }
  return reading;
}

function addMessage({ messages }: ManifestReading, { title, description, severity }: Record<string, string>): void {
  if (title && description) messages.push({ title, description, severity: severity ?? 'WARN' });
}

function readPatient(tree: Tree, { attributes, children }: Element, archive: Archive, reading: ManifestReading): void {
  const patient = addPatient(tree, attributes);
  const studies = children.filter(({ name }) => name === 'Study');
  if (studies.length === 0) reading.incomplete.push({ archive, patient });
  for (const element of studies) {
    const study = addStudy(patient, element.attributes);
    const series = named(element, 'Series');
    if (series.length === 0) reading.incomplete.push({ archive, patient, study });
    for (const one of series) readSeries(study, one, archive, reading);
  }
}

/** Returns the patient with these attributes. PatientID, issuer and upper-case name identify the patient literally. */
export function addPatient(tree: Tree, attributes: Record<string, string>): TreePatient {
  const { PatientID = '', IssuerOfPatientID = '', PatientName = '' } = attributes;
  const key = patientKey(PatientID, IssuerOfPatientID, PatientName);
  const patient = tree.get(key) ?? { key, attributes, studies: new Map<string, TreeStudy>() };
  tree.set(key, patient);
  return patient;
}

export function addStudy(patient: TreePatient, attributes: Record<string, string>): TreeStudy {
  const uid = attributes['StudyInstanceUID'] ?? '';
  const study = patient.studies.get(uid) ?? { uid, attributes, series: new Map<string, TreeSeries>() };
  patient.studies.set(uid, study);
  return study;
}

/** Adds a series to the study. Returns undefined if the study has this UID with another `baseUrl`. */
export function addSeries(
  study: TreeStudy,
  attributes: Record<string, string>,
  archive: Archive,
): TreeSeries | undefined {
  const uid = attributes['SeriesInstanceUID'] ?? '';
  const known = study.series.get(uid);
  if (known) return known.archive.baseUrl === archive.baseUrl ? known : undefined;
  const series: TreeSeries = {
    uid,
    studyInstanceUid: study.uid,
    attributes,
    archive,
    instances: new Map(),
    shown: new Map(),
  };
  study.series.set(uid, series);
  return series;
}

function readSeries(study: TreeStudy, element: Element, archive: Archive, reading: ManifestReading): void {
  const series = addSeries(study, element.attributes, archive);
  if (!series) {
    reading.log.push(`the series ${element.attributes['SeriesInstanceUID']} is skipped: it has another baseUrl`);
    return;
  }
  for (const { attributes } of named(element, 'Instance')) {
    const uid = attributes['SOPInstanceUID'] ?? '';
    if (!series.instances.has(uid)) series.instances.set(uid, attributes);
  }
  if (series.instances.size > 0 || series.archive.retrievesSeries) reading.downloads.set(series.uid, series);
}

function named({ children }: Element, name: string): Element[] {
  return children.filter((child) => child.name === name);
}
