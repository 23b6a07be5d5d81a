import {
  type Instance,
  modalityValues,
  type PatientAttributes,
  readDateTime,
  readTime,
  type SeriesAttributes,
  type StudyAttributes,
} from '@pacs-connectors/connector-core';
import { Tag } from '../dimse/tags.js';
import { type DataSetText } from '../text/data-set-text.js';

/** A STUDY-level match. */
export interface StudyAnswer {
  patient: PatientAttributes;
  study: StudyAttributes;
  /** Number of Study Related Instances, if the archive counts them. */
  instanceCount?: number;
  /** Number of Study Related Series, if the archive counts them. */
  seriesCount?: number;
  /** Number of Patient Related Studies, if the archive counts them. */
  patientStudyCount?: number;
}

/** A SERIES-level match and the study it belongs to. */
export interface SeriesAnswer {
  studyInstanceUid: string;
  series: SeriesAttributes;
  /** Number of Series Related Instances, if the archive counts them. */
  instanceCount?: number;
}

/** An IMAGE-level match and the series and study it belongs to. */
export interface InstanceAnswer {
  studyInstanceUid: string;
  seriesInstanceUid: string;
  instance: Instance;
}

/** An IMAGE-level match of a relational query, with the attributes of its series. */
export interface TreeAnswer extends Omit<SeriesAnswer, 'instanceCount'> {
  instance: Instance;
}

export function patientOf(text: DataSetText): PatientAttributes {
  return defined({
    patientId: text.get(Tag.patientId) ?? '',
    issuerOfPatientId: text.get(Tag.issuerOfPatientId),
    patientName: text.get(Tag.patientName),
    patientBirthDate: text.get(Tag.patientBirthDate),
    patientBirthTime: text.get(Tag.patientBirthTime),
    patientSex: text.get(Tag.patientSex),
  });
}

export function studyOf(text: DataSetText, studyInstanceUid: string): StudyAttributes {
  const modalitiesInStudy = modalityValues(text.values(Tag.modalitiesInStudy));
  return defined({
    studyInstanceUid,
    studyDescription: text.get(Tag.studyDescription),
    studyDate: normalDate(text.get(Tag.studyDate)),
    studyTime: normalTime(text.get(Tag.studyTime)),
    accessionNumber: text.get(Tag.accessionNumber),
    studyId: text.get(Tag.studyId),
    referringPhysicianName: text.get(Tag.referringPhysicianName),
    modalitiesInStudy: modalitiesInStudy.length > 0 ? modalitiesInStudy : undefined,
  });
}

export function seriesOf(text: DataSetText, seriesInstanceUid: string): SeriesAttributes {
  return defined({
    seriesInstanceUid,
    seriesDescription: text.get(Tag.seriesDescription),
    seriesNumber: text.get(Tag.seriesNumber),
    modality: text.get(Tag.modality),
    seriesDate: text.get(Tag.seriesDate),
    seriesTime: text.get(Tag.seriesTime),
  });
}

export function instanceOf(text: DataSetText, sopInstanceUid: string): Instance {
  return defined({
    sopInstanceUid,
    sopClassUid: text.get(Tag.sopClassUid),
    instanceNumber: text.get(Tag.instanceNumber),
  });
}

/** Returns a count of the archive. 0 comes from archives that do not count: a listed study has content. */
export function countOf(text: DataSetText, tag: number): number | undefined {
  const value = text.get(tag);
  return value !== undefined && /^\d+$/.test(value) ? Number(value) || undefined : undefined;
}

/** Returns a date as DA if it can be read as a date, otherwise unchanged. */
function normalDate(text: string | undefined): string | undefined {
  return readDateTime(text).date ?? text;
}

/** Returns a time as TM if it can be read as a time, otherwise unchanged. */
function normalTime(text: string | undefined): string | undefined {
  return readTime(text) ?? text;
}

function defined<Node extends object>(node: Node): Node {
  for (const key in node) if (node[key] === undefined) delete node[key];
  return node;
}
