import { Tag } from '../dimse/tags.js';
import { type DataSetText } from '../text/data-set-text.js';
import {
  countOf,
  type InstanceAnswer,
  instanceOf,
  patientOf,
  type SeriesAnswer,
  seriesOf,
  type StudyAnswer,
  studyOf,
  type TreeAnswer,
} from './answers.js';
import { isUsableUid } from './identifier.js';
import { type OmissionReason } from './omissions.js';
import { type SeriesKey } from './study-keys.js';

/** Counts a match that is left out. */
export type Omit = (reason: OmissionReason) => void;

const STUDY_COUNTS = [
  ['instanceCount', Tag.numberOfStudyRelatedInstances],
  ['seriesCount', Tag.numberOfStudyRelatedSeries],
  ['patientStudyCount', Tag.numberOfPatientRelatedStudies],
] as const;

/** Returns a match at STUDY level; `undefined` without a usable UID. */
export function readStudy(match: DataSetText, omit: Omit): StudyAnswer | undefined {
  const uid = uidOf(match, Tag.studyInstanceUid, omit);
  if (!uid) return undefined;
  const answer: StudyAnswer = { patient: patientOf(match), study: studyOf(match, uid) };
  for (const [name, count] of STUDY_COUNTS) {
    const value = countOf(match, count);
    if (value !== undefined) answer[name] = value;
  }
  return answer;
}

/**
 * Returns a match at SERIES level; `undefined` without usable UIDs.
 *
 * @param onlyStudy the only study that was queried; a match without a Study Instance UID belongs to it.
 */
export function readSeries(match: DataSetText, omit: Omit, onlyStudy?: string): SeriesAnswer | undefined {
  const studyInstanceUid = match.get(Tag.studyInstanceUid) ?? onlyStudy;
  const uid = uidOf(match, Tag.seriesInstanceUid, omit);
  if (!uid) return undefined;
  if (!isUsableUid(studyInstanceUid)) {
    omit('invalid-uid');
    return undefined;
  }
  const instanceCount = countOf(match, Tag.numberOfSeriesRelatedInstances);
  return {
    studyInstanceUid,
    series: seriesOf(match, uid),
    ...(instanceCount === undefined ? {} : { instanceCount }),
  };
}

/** Returns a match at IMAGE level; `undefined` without usable UIDs. */
export function readInstance(match: DataSetText, omit: Omit, only?: SeriesKey): InstanceAnswer | undefined {
  const studyInstanceUid = match.get(Tag.studyInstanceUid) ?? only?.studyInstanceUid;
  const seriesInstanceUid = match.get(Tag.seriesInstanceUid) ?? only?.seriesInstanceUid;
  const uid = uidOf(match, Tag.sopInstanceUid, omit);
  if (!uid) return undefined;
  if (!isUsableUid(studyInstanceUid) || !isUsableUid(seriesInstanceUid)) {
    omit('invalid-uid');
    return undefined;
  }
  return { studyInstanceUid, seriesInstanceUid, instance: instanceOf(match, uid) };
}

/** Returns a match of a relational query; `undefined` without usable UIDs. */
export function readTreeAnswer(match: DataSetText, omit: Omit): TreeAnswer | undefined {
  const answer = readInstance(match, omit);
  if (!answer) return undefined;
  const { studyInstanceUid, seriesInstanceUid, instance } = answer;
  return { studyInstanceUid, series: seriesOf(match, seriesInstanceUid), instance };
}

/** Returns a usable UID of a match. */
export function uidOf(match: DataSetText, tag: number, omit: Omit): string | undefined {
  const uid = match.get(tag);
  if (isUsableUid(uid)) return uid;
  omit('invalid-uid');
  return undefined;
}
