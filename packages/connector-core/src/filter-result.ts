import { type Notice, type SearchResult } from './connector.js';
import { type StudyFilters } from './criteria.js';
import { codes } from './error-codes.js';
import { filterStudies, hasDate } from './filters.js';
import { type Patient, type Study } from './model.js';

/**
 * Applies {@link filterStudies} to the result of an archive. Notices count the studies whose date cannot be read. Those that are
 * left out, although they may be among the most recent ones, count as missing.
 */
export function filterResult(connectorId: string, result: SearchResult, filters: StudyFilters): SearchResult {
  const { mostRecentResults, lowerDateTime, upperDateTime } = filters;
  const matching = filterStudies(result.patients, { ...filters, mostRecentResults: undefined });
  const patients = mostRecentResults === undefined ? matching : filterStudies(matching, { mostRecentResults });
  const notices = [...result.notices];
  const shown = unreadableDates(patients);
  if (shown.length > 0 && (lowerDateTime || upperDateTime)) {
    notices.push(notice(connectorId, shown.length, 'shown, although the date filter may exclude that date'));
  }
  const left = unreadableDates(matching).filter((study) => !shown.includes(study));
  if (left.length > 0) {
    const studyInstanceUids = left.map((study) => study.studyInstanceUid);
    notices.push({
      ...notice(connectorId, left.length, 'not shown, because studies without a date count as the oldest'),
      missing: { level: 'study', count: left.length, studyInstanceUids },
    });
  }
  return { patients, notices };
}

/** Returns the studies that have a date which cannot be read. */
function unreadableDates(patients: readonly Patient[]): Study[] {
  const studies = patients.flatMap((patient) => patient.studies);
  return studies.filter((study) => (study.studyDate ?? '').trim() !== '' && !hasDate(study));
}

function notice(connectorId: string, count: number, effect: string): Notice {
  return {
    severity: 'WARN',
    code: codes['archive.study-date.unreadable'],
    title: 'Study Date cannot be read',
    description:
      count === 1
        ? `Archive ${connectorId} returned 1 study with a Study Date that is not a date. It is ${effect}.`
        : `Archive ${connectorId} returned ${count} studies with a Study Date that is not a date. They are ${effect}.`,
  };
}
