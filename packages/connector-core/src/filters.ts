import { type DicomDateTime, type StudyFilters } from './criteria.js';
import { type Patient, type Study } from './model.js';

/**
 * Returns the studies that pass `filters`, without the patients that have none left. The input is not changed.
 *
 * What is not known does not exclude a study: one without a date passes the date filters, and one without modalities passes
 * `modalitiesInStudy`. For `mostRecentResults`, a study without a date is the oldest.
 */
export function filterStudies(patients: readonly Patient[], filters: StudyFilters): Patient[] {
  const tests = studyTests(filters);
  let studies = patients.flatMap((patient) => patient.studies.filter((study) => tests.every((test) => test(study))));
  if (filters.mostRecentResults !== undefined && studies.length > filters.mostRecentResults) {
    studies = [...studies].sort(newestFirst).slice(0, filters.mostRecentResults);
  }
  const wanted = new Set(studies);
  return patients
    .map((patient) => ({ ...patient, studies: patient.studies.filter((study) => wanted.has(study)) }))
    .filter((patient) => patient.studies.length > 0);
}

function studyTests(filters: StudyFilters): ((study: Study) => boolean)[] {
  const tests: ((study: Study) => boolean)[] = [];
  const { modalitiesInStudy, containsInDescription, lowerDateTime, upperDateTime } = filters;
  if (modalitiesInStudy?.length) {
    const wanted = new Set(modalitiesInStudy.map((modality) => modality.toUpperCase()));
    tests.push((study) => {
      const held = modalitiesOf(study);
      return held.length === 0 || held.some((modality) => wanted.has(modality.toUpperCase()));
    });
  }
  if (containsInDescription?.length) {
    const wanted = containsInDescription.map(foldText);
    tests.push((study) => {
      const description = foldText(study.studyDescription ?? '');
      return wanted.some((text) => description.includes(text));
    });
  }
  if (lowerDateTime) {
    const lower = dateTimeKey(lowerDateTime, '0');
    tests.push((study) => !study.studyDate || studyKey(study, '9') >= lower);
  }
  if (upperDateTime) {
    const upper = dateTimeKey(upperDateTime, '9');
    tests.push((study) => !study.studyDate || studyKey(study, '0') <= upper);
  }
  return tests;
}

/** Returns Modalities in Study (0008,0061) if the archive returned it, otherwise the modalities of the series. */
export function modalitiesOf(study: Study): string[] {
  if (study.modalitiesInStudy?.length) return study.modalitiesInStudy;
  return [...new Set(study.series.map((series) => series.modality).filter((modality) => modality !== undefined))];
}

/** Compares two studies: newest first, then by UID. Studies without a date come last. */
export function newestFirst(a: Study, b: Study): number {
  const left = studyKey(a, '0');
  const right = studyKey(b, '0');
  if (left !== right) return left < right ? 1 : -1;
  return a.studyInstanceUid < b.studyInstanceUid ? -1 : a.studyInstanceUid > b.studyInstanceUid ? 1 : 0;
}

function studyKey(study: Study, pad: '0' | '9'): string {
  return dateTimeKey({ date: study.studyDate ?? '', time: study.studyTime }, pad);
}

/** Returns a text that sorts by date and time. Missing digits of the time are filled with `pad`. */
function dateTimeKey(moment: DicomDateTime, pad: '0' | '9'): string {
  return moment.date.padEnd(8, '0') + (moment.time ?? '').replace(/[.:]/g, '').padEnd(12, pad);
}

/** Returns `text` in lower case and without accents. */
export function foldText(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
