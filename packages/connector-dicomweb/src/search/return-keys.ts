import { Tag } from '../json/dicom-json.js';

// The attributes requested by `includefield` at each level: everything that the manifest shows. They include default
// attributes of the standard (PS3.18 Tables 10.6.3-3 to 10.6.3-5), since servers have other defaults. Azure, for example, returns
// Series Number and SOP Class UID only on request.

export const STUDY_KEYS: readonly string[] = [
  Tag.StudyDescription,
  Tag.StudyTime,
  Tag.StudyID,
  Tag.ReferringPhysicianName,
  Tag.ModalitiesInStudy,
  Tag.NumberOfStudyRelatedSeries,
  Tag.NumberOfStudyRelatedInstances,
  Tag.IssuerOfPatientID,
  Tag.PatientBirthDate,
  Tag.PatientBirthTime,
  Tag.PatientSex,
];

const SERIES_ATTRIBUTES = [
  Tag.Modality,
  Tag.SeriesDescription,
  Tag.SeriesNumber,
  Tag.SeriesDate,
  Tag.SeriesTime,
] as const;

export const SERIES_KEYS: readonly string[] = [...SERIES_ATTRIBUTES, Tag.NumberOfSeriesRelatedInstances];

/** Of an instance whose series is known. */
export const INSTANCE_KEYS: readonly string[] = [Tag.SOPClassUID, Tag.InstanceNumber];

/** Of an instance, with the attributes of its series, so that the series need no query. */
export const INSTANCE_WITH_SERIES_KEYS: readonly string[] = [...INSTANCE_KEYS, ...SERIES_ATTRIBUTES];
