import {
  type Instance,
  type PatientAttributes,
  type SeriesAttributes,
  type StudyAttributes,
} from '@pacs-connectors/connector-core';
import { Tag } from '../dimse/tags.js';
import { type DataSetText } from '../text/data-set-text.js';

/** A STUDY-level match. */
export interface StudyAnswer {
  patient: PatientAttributes;
  study: StudyAttributes;
  /** Number of Study Related Instances, where the archive counts. */
  instanceCount?: number;
}

/** A SERIES-level match and the study it belongs to. */
export interface SeriesAnswer {
  studyInstanceUid: string;
  series: SeriesAttributes;
  /** Number of Series Related Instances, where the archive counts. */
  instanceCount?: number;
}

/** An IMAGE-level match and the series and study it belongs to. */
export interface InstanceAnswer {
  studyInstanceUid: string;
  seriesInstanceUid: string;
  instance: Instance;
}

/** An IMAGE-level match of a relational query: its series' attributes come with it. */
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
  const modalitiesInStudy = text.values(Tag.modalitiesInStudy).filter((modality) => modality !== '');
  return defined({
    studyInstanceUid,
    studyDescription: text.get(Tag.studyDescription),
    studyDate: dateOf(text.get(Tag.studyDate)),
    studyTime: timeOf(text.get(Tag.studyTime)),
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

/** A count of what lies below a study or series. None lies below nothing: 0 comes from archives that do not count. */
export function countOf(text: DataSetText, tag: number): number | undefined {
  const value = text.get(tag);
  return value !== undefined && /^\d+$/.test(value) ? Number(value) || undefined : undefined;
}

/**
 * A date as DA, that the filters compare; archives have kept ACR-NEMA's `yyyy.mm.dd` too (PS3.5 6.2). What is no date is none:
 * it would count as outside of every range, or as the newest of all.
 */
function dateOf(value: string | undefined): string | undefined {
  const [, year, month, day] = /^(\d{4})([-./]?\d{2})([-./]?\d{2})$/.exec(value ?? '') ?? [];
  return year && month && day ? `${year}${month.slice(-2)}${day.slice(-2)}` : undefined;
}

/** A time as it came, where it begins like one. */
function timeOf(value: string | undefined): string | undefined {
  return value !== undefined && /^\d{2}/.test(value) ? value : undefined;
}

function defined<Node extends object>(node: Node): Node {
  for (const key in node) if (node[key] === undefined) delete node[key];
  return node;
}
