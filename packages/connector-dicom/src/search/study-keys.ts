import { type DimseError } from '../dimse/dimse-error.js';
import { type FindQuery } from './find-scu.js';
import { literalMatch } from './identifier.js';

/** A study as the parent of the next query. */
export interface StudyKey {
  studyInstanceUid: string;
  patientId: string;
}
/** A series as the parent of the next query. */
export interface SeriesKey extends StudyKey {
  seriesInstanceUid: string;
}

/** Takes the fault of the query below one study or series. What it would have found is missing. */
export type OnFault = (fault: PartFault) => void;

/** Takes the fault of the query for one UID, which is not found because of it. */
export type OnUidFault = (uid: string, error: DimseError) => void;

/** The fault of a query below one study or series. */
export interface PartFault {
  error: DimseError;
  /** What is missing. */
  level: 'series' | 'instance';
  studyInstanceUid: string;
  /** The series whose instances are missing. */
  seriesInstanceUid?: string;
}

/** Returns the match of a list of UIDs. */
export function uidMatch(tag: number, uids: readonly string[]): Pick<FindQuery, 'match'> {
  return { match: new Map([[tag, uids.join('\\')]]) };
}

/** Returns the Patient IDs of studies by their UIDs. */
export function patientsOf(studies: readonly StudyKey[]): Map<string, string> {
  return new Map(studies.map(({ studyInstanceUid, patientId }) => [studyInstanceUid, patientId]));
}

/** Returns the patient of these studies if it is the only one: Patient Root requires it. */
export function onlyPatient(
  uids: readonly string[],
  patients: ReadonlyMap<string, string>,
): Pick<FindQuery, 'patientId'> {
  const ids = new Set(uids.map((uid) => patients.get(uid) ?? ''));
  const id = ids.size === 1 ? literalMatch([...ids][0] as string) : undefined;
  return id === undefined ? {} : { patientId: id };
}

/** Returns the UID if it is the only one. */
export function onlyOf(uids: ReadonlySet<string>): string | undefined {
  return uids.size === 1 ? [...uids][0] : undefined;
}
