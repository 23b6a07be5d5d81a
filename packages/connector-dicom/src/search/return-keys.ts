import { Tag } from '../dimse/tags.js';

/** Query/Retrieve Level (0008,0052). */
export type Level = 'PATIENT' | 'STUDY' | 'SERIES' | 'IMAGE';

const PATIENT_KEYS = [
  Tag.patientName,
  Tag.patientId,
  Tag.issuerOfPatientId,
  Tag.patientBirthDate,
  Tag.patientBirthTime,
  Tag.patientSex,
];
const STUDY_KEYS = [
  Tag.studyInstanceUid,
  Tag.studyDate,
  Tag.studyTime,
  Tag.accessionNumber,
  Tag.modalitiesInStudy,
  Tag.referringPhysicianName,
  Tag.studyDescription,
  Tag.studyId,
  Tag.numberOfPatientRelatedStudies,
  Tag.numberOfStudyRelatedSeries,
  Tag.numberOfStudyRelatedInstances,
];
const SERIES_KEYS = [
  Tag.seriesInstanceUid,
  Tag.modality,
  Tag.seriesDescription,
  Tag.seriesNumber,
  Tag.seriesDate,
  Tag.seriesTime,
];
const IMAGE_KEYS = [Tag.sopInstanceUid, Tag.sopClassUid, Tag.instanceNumber];

/** The return keys of each level, including the unique keys of the levels above (PS3.4 C.6.2.1). */
export const RETURN_KEYS: Record<Level, readonly number[]> = {
  PATIENT: PATIENT_KEYS,
  STUDY: [...PATIENT_KEYS, ...STUDY_KEYS],
  SERIES: [Tag.studyInstanceUid, ...SERIES_KEYS, Tag.numberOfSeriesRelatedInstances],
  IMAGE: [Tag.studyInstanceUid, Tag.seriesInstanceUid, ...IMAGE_KEYS],
};

/** The return keys of a relational query at IMAGE level: attributes of series and instance in one answer. */
export const TREE_KEYS: readonly number[] = [Tag.studyInstanceUid, ...SERIES_KEYS, ...IMAGE_KEYS];
