import { type DateAndTime, modalityValues, readDateTime, readTime } from './attributes/index.js';
import { type StudyFilters } from './criteria.js';
import { type Patient, type Study } from './model.js';

/**
 * Returns the studies that pass `filters`, without the patients that have none left. The input is not changed.
 *
 * Values are read as archives return them (`2024-01-31`, `CT\SR`). What is not known does not exclude a study: one without a
 * readable date passes the date filters, and one without modalities passes `modalitiesInStudy`. For `mostRecentResults`, a study
 * without a readable date is the oldest.
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
      const texts = modalityTexts(study);
      const values = modalityValues(texts);
      // A name with a space is not a list.
      return values.length === 0 || [...values, ...texts].some((text) => wanted.has(text.trim().toUpperCase()));
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
    tests.push((study) => !hasDate(study) || studyKey(study, '9') >= lower);
  }
  if (upperDateTime) {
    const upper = dateTimeKey(upperDateTime, '9');
    tests.push((study) => !hasDate(study) || studyKey(study, '0') <= upper);
  }
  return tests;
}

/** Returns the values of Modalities in Study (0008,0061), or the modalities of the series if the archive did not return it. */
export function modalitiesOf(study: Study): string[] {
  return modalityValues(modalityTexts(study));
}

function modalityTexts({ modalitiesInStudy, series }: Study): string[] {
  if (modalitiesInStudy && modalityValues(modalitiesInStudy).length > 0) return modalitiesInStudy;
  return series.map(({ modality }) => modality).filter((modality) => modality !== undefined);
}

/** Returns whether the date of a study can be read. */
export function hasDate({ studyDate }: Study): boolean {
  return readDateTime(studyDate).date !== undefined;
}

/** Compares two studies: newest first, then by UID. Studies without a date come last. */
export function newestFirst(a: Study, b: Study): number {
  const left = studyKey(a, '0');
  const right = studyKey(b, '0');
  if (left !== right) return left < right ? 1 : -1;
  return a.studyInstanceUid < b.studyInstanceUid ? -1 : a.studyInstanceUid > b.studyInstanceUid ? 1 : 0;
}

function studyKey(study: Study, pad: '0' | '9'): string {
  const { date, time } = readDateTime(study.studyDate);
  return dateTimeKey({ date, time: readTime(study.studyTime) ?? time }, pad);
}

/** Returns a text that sorts by date and time. Missing digits of the time are filled with `pad`. */
function dateTimeKey({ date = '', time = '' }: DateAndTime, pad: '0' | '9'): string {
  return date.padEnd(8, '0') + time.replace(/[.:]/g, '').padEnd(12, pad);
}

/** Returns `text` in lower case and without accents. */
export function foldText(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
