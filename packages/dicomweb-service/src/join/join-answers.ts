import {
  type Instance,
  isUid,
  mergeAttribute,
  type Notice,
  type Patient,
  type PatientAttributes,
  type Series,
  type SeriesAttributes,
  type Study,
  type StudyAttributes,
} from '@pacs-connectors/connector-core';
import { isSamePatient, joinParts } from '@pacs-connectors/manifest-builder';

/** What one archive answered to a search. */
export interface Answer {
  archiveId: string;
  patients: readonly Patient[];
  notices: readonly Notice[];
  /** The archive could not be searched, so that its content is unknown. */
  failed?: boolean;
}

/** A study, joined from all archives that have it. */
export interface JoinedStudy {
  patient: PatientAttributes;
  study: StudyAttributes;
  series: JoinedSeries[];
  /** The archives that list it, in the order of the configuration. */
  archives: string[];
  /** Archives name different patients for this UID, so that each copy is a study of its own. */
  contested: boolean;
}

/** A series of a joined study. */
export interface JoinedSeries {
  series: SeriesAttributes;
  instances: Instance[];
  /** The archives that list it: the one with most of its instances first. */
  archives: string[];
}

interface Copy {
  archiveId: string;
  patient: Patient;
  study: Study;
}

/**
 * Joins the answers of archives: each study once, each of its series from the archive with most of its instances, then in the
 * order of the answers. It joins by the rules of manifests ({@link joinParts}). Copies of a study whose patients differ are not
 * joined. The input is not changed.
 *
 * @param answers in the order of the configuration
 */
export async function joinAnswers(answers: readonly Answer[]): Promise<{ studies: JoinedStudy[]; notices: Notice[] }> {
  const copies = copiesByStudy(answers);
  const contested = new Set([...copies].filter(([, some]) => !areOfOnePatient(some)).map(([uid]) => uid));
  const joined = await joinParts(
    answers.map(({ archiveId, patients, notices, failed }) => ({
      arcQuery: {
        arcId: archiveId,
        // Archives with the same address would be one.
        baseUrl: `urn:pacs-connectors:archive:${encodeURIComponent(archiveId)}`,
        notices: [...notices],
        patients: withoutStudies(patients, contested),
      },
      failed,
    })),
  );
  const studies = new Map<string, JoinedStudy>();
  for (const { arcId, patients } of joined)
    for (const { studies: own, ...patient } of patients)
      for (const study of own) addStudy(studies, { arcId, patient, study }, copies);
  const alone = [...contested].flatMap((uid) => copies.get(uid) ?? []).map(contestedStudy);
  return { studies: [...studies.values(), ...alone], notices: joined.flatMap(({ notices = [] }) => notices) };
}

function copiesByStudy(answers: readonly Answer[]): Map<string, Copy[]> {
  const copies = new Map<string, Copy[]>();
  for (const { archiveId, patients } of answers)
    for (const patient of patients)
      for (const study of patient.studies) {
        const uid = plainUid(study.studyInstanceUid);
        const copy = { archiveId, patient, study };
        const known = copies.get(uid);
        if (known) known.push(copy);
        else if (isUid(uid)) copies.set(uid, [copy]);
      }
  return copies;
}

/** Every pair counts: a copy without a birth date fits two that contradict each other. */
function areOfOnePatient(copies: readonly Copy[]): boolean {
  return copies.every(({ patient }, at) =>
    copies.slice(at + 1).every((other) => isSamePatient(patient, other.patient)),
  );
}

function withoutStudies(patients: readonly Patient[], uids: ReadonlySet<string>): Patient[] {
  if (uids.size === 0) return [...patients];
  return patients
    .map((patient) => ({
      ...patient,
      studies: patient.studies.filter(({ studyInstanceUid }) => !uids.has(plainUid(studyInstanceUid))),
    }))
    .filter(({ studies }) => studies.length > 0);
}

function addStudy(
  studies: Map<string, JoinedStudy>,
  { arcId, patient, study }: { arcId: string; patient: PatientAttributes; study: Study },
  copies: ReadonlyMap<string, Copy[]>,
): void {
  const uid = plainUid(study.studyInstanceUid);
  const all = copies.get(uid);
  // A viewer cannot ask for an invalid UID.
  if (!all) return;
  let known = studies.get(uid);
  if (!known) {
    known = { patient, study: attributesOf(study), series: [], archives: idsOf(all), contested: false };
    for (const copy of all) completeStudy(known.study, copy.study);
    studies.set(uid, known);
  }
  for (const series of study.series) {
    const archives = [arcId, ...holdersOf(all, series.seriesInstanceUid).filter((id) => id !== arcId)];
    known.series.push(...joinedSeries(series, archives));
  }
}

function contestedStudy({ archiveId, patient, study }: Copy): JoinedStudy {
  return {
    patient: patientAttributes(patient),
    study: attributesOf(study),
    series: study.series.flatMap((one) => joinedSeries(one, [archiveId])),
    archives: [archiveId],
    contested: true,
  };
}

function patientAttributes(patient: Patient): PatientAttributes {
  const attributes: Partial<Patient> = { ...patient };
  delete attributes.studies;
  return attributes as PatientAttributes;
}

function attributesOf(study: Study): StudyAttributes {
  const attributes: Partial<Study> = { ...study, studyInstanceUid: plainUid(study.studyInstanceUid) };
  delete attributes.series;
  return attributes as StudyAttributes;
}

/** Returns a series with the instances that a viewer can ask for; none if it cannot ask for the series. */
function joinedSeries({ instances = [], ...series }: Series, archives: string[]): JoinedSeries[] {
  const seriesInstanceUid = plainUid(series.seriesInstanceUid);
  if (!isUid(seriesInstanceUid)) return [];
  const valid = instances
    .map((instance) => ({ ...instance, sopInstanceUid: plainUid(instance.sopInstanceUid) }))
    .filter(({ sopInstanceUid }) => isUid(sopInstanceUid));
  return [{ series: { ...series, seriesInstanceUid }, instances: valid, archives }];
}

function plainUid(uid: string): string {
  return uid.replace(/^[ \0]+|[ \0]+$/g, '');
}

function completeStudy(study: StudyAttributes, other: Study): void {
  const more: Partial<StudyAttributes> = attributesOf(other);
  delete more.studyInstanceUid;
  for (const name of Object.keys(more) as (keyof StudyAttributes)[]) mergeAttribute(study, more, name);
}

/** The archives that list a series, those with most instances first. */
function holdersOf(copies: readonly Copy[], seriesUid: string): string[] {
  const held = copies.flatMap(({ archiveId, study }) =>
    study.series
      .filter(({ seriesInstanceUid }) => plainUid(seriesInstanceUid) === plainUid(seriesUid))
      .map(({ instances }) => ({ archiveId, count: instances?.length ?? 0 })),
  );
  return [...new Set(held.sort((a, b) => b.count - a.count).map(({ archiveId }) => archiveId))];
}

function idsOf(copies: readonly Copy[]): string[] {
  return [...new Set(copies.map(({ archiveId }) => archiveId))];
}
