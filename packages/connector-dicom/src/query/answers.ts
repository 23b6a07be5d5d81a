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
}

/** An IMAGE-level match and the series and study it belongs to. */
export interface InstanceAnswer {
  studyInstanceUid: string;
  seriesInstanceUid: string;
  instance: Instance;
}

/** An IMAGE-level match of a relational question: its series' attributes come with it. */
export interface TreeAnswer extends SeriesAnswer {
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
    studyDate: text.get(Tag.studyDate),
    studyTime: text.get(Tag.studyTime),
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

export function countOf(text: DataSetText, tag: number): number | undefined {
  const value = text.get(tag);
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

function defined<Node extends object>(node: Node): Node {
  for (const key in node) if (node[key] === undefined) delete node[key];
  return node;
}
