import {
  type Instance,
  type PatientAttributes,
  type SeriesAttributes,
  type StudyAttributes,
} from '@pacs-connectors/connector-core';

/** One result of a search: attributes by their tags (DICOM JSON, PS3.18 F.2). */
export type DicomJson = Readonly<Record<string, { vr?: string; Value?: unknown } | undefined>>;

/** Tags as DICOM JSON and QIDO-RS write them: eight upper-case hexadecimal digits. */
export const Tag = {
  SOPClassUID: '00080016',
  SOPInstanceUID: '00080018',
  StudyDate: '00080020',
  SeriesDate: '00080021',
  StudyTime: '00080030',
  SeriesTime: '00080031',
  AccessionNumber: '00080050',
  Modality: '00080060',
  ModalitiesInStudy: '00080061',
  ReferringPhysicianName: '00080090',
  StudyDescription: '00081030',
  SeriesDescription: '0008103E',
  PatientName: '00100010',
  OtherPatientIDs: '00101000',
  OtherPatientIDsSequence: '00101002',
  PatientID: '00100020',
  IssuerOfPatientID: '00100021',
  IssuerOfPatientIDQualifiersSequence: '00100024',
  PatientBirthDate: '00100030',
  PatientBirthTime: '00100032',
  PatientSex: '00100040',
  StudyInstanceUID: '0020000D',
  SeriesInstanceUID: '0020000E',
  StudyID: '00200010',
  SeriesNumber: '00200011',
  InstanceNumber: '00200013',
  NumberOfStudyRelatedSeries: '00201206',
  NumberOfStudyRelatedInstances: '00201208',
  NumberOfSeriesRelatedInstances: '00201209',
  UniversalEntityID: '00400032',
} as const;

/** The tags that contain a letter, in lower case, as some servers write them. */
const LOWER_CASE = new Map<string, string>(
  Object.values(Tag)
    .filter((tag) => /[A-F]/.test(tag))
    .map((tag) => [tag, tag.toLowerCase()]),
);

/**
 * Returns the values of an attribute as one text, separated by `\`, without padding; `undefined` if it has none.
 *
 * PN is an object of up to three groups (PS3.18 F.2.2) and becomes `Alphabetic=Ideographic=Phonetic` (PS3.5 6.2.1). Servers also
 * return PN as plain text and numbers as text, which stay as they are.
 */
export function textOf(record: DicomJson, tag: string): string | undefined {
  const values = valuesOf(record, tag);
  if (values.length === 0) return undefined;
  const text = values.length === 1 ? valueText(values[0]) : values.map(valueText).join('\\');
  return text.trim() === '' ? undefined : text.replace(/[ \0]+$/, '');
}

/** Returns the values of an attribute, each as text. Some servers return several values as one text, separated by `\\`. */
export function textsOf(record: DicomJson, tag: string): string[] {
  return valuesOf(record, tag)
    .flatMap((value) => valueText(value).split('\\'))
    .map((text) => text.replace(/^[ \0]+|[ \0]+$/g, ''))
    .filter((text) => text !== '');
}

/**
 * Returns a count such as Number of Study Related Instances; `undefined` if the server does not count. Some servers return 0 then,
 * and no study or series is empty.
 */
export function countOf(record: DicomJson, tag: string): number | undefined {
  const text = textOf(record, tag)?.trim();
  return text !== undefined && /^\d+$/.test(text) ? Number(text) || undefined : undefined;
}

function valuesOf(record: DicomJson, tag: string): readonly unknown[] {
  const value = (record[tag] ?? record[LOWER_CASE.get(tag) ?? tag])?.Value;
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return '';
  const { Alphabetic, Ideographic, Phonetic } = value as Record<string, unknown>;
  return [Alphabetic, Ideographic, Phonetic]
    .map((group) => (typeof group === 'string' ? group : ''))
    .join('=')
    .replace(/=+$/, '');
}

export function patientOf(record: DicomJson): PatientAttributes {
  return {
    patientId: textOf(record, Tag.PatientID)?.trim() ?? '',
    issuerOfPatientId: textOf(record, Tag.IssuerOfPatientID)?.trim(),
    patientName: textOf(record, Tag.PatientName),
    patientBirthDate: textOf(record, Tag.PatientBirthDate),
    patientBirthTime: textOf(record, Tag.PatientBirthTime),
    patientSex: textOf(record, Tag.PatientSex),
  };
}

/** Returns the Other Patient IDs of a patient, in either attribute (PS3.3 C.2.3). */
export function otherPatientIdsOf(record: DicomJson): string[] {
  return [
    ...textsOf(record, Tag.OtherPatientIDs),
    ...valuesOf(record, Tag.OtherPatientIDsSequence).flatMap((item) =>
      typeof item === 'object' && item !== null ? textsOf(item as DicomJson, Tag.PatientID) : [],
    ),
  ];
}

/** Returns the Universal Entity IDs of the authority that issued the Patient ID (PS3.3 C.7.1.1). */
export function universalEntityIdsOf(record: DicomJson): string[] {
  return valuesOf(record, Tag.IssuerOfPatientIDQualifiersSequence).flatMap((item) =>
    typeof item === 'object' && item !== null ? textsOf(item as DicomJson, Tag.UniversalEntityID) : [],
  );
}

export function studyOf(record: DicomJson): StudyAttributes | undefined {
  const studyInstanceUid = textOf(record, Tag.StudyInstanceUID)?.trim();
  if (studyInstanceUid === undefined) return undefined;
  const modalitiesInStudy = textsOf(record, Tag.ModalitiesInStudy);
  return {
    studyInstanceUid,
    studyDescription: textOf(record, Tag.StudyDescription),
    studyDate: textOf(record, Tag.StudyDate),
    studyTime: textOf(record, Tag.StudyTime),
    accessionNumber: textOf(record, Tag.AccessionNumber),
    studyId: textOf(record, Tag.StudyID),
    referringPhysicianName: textOf(record, Tag.ReferringPhysicianName),
    modalitiesInStudy: modalitiesInStudy.length > 0 ? modalitiesInStudy : undefined,
  };
}

export function seriesOf(record: DicomJson): SeriesAttributes | undefined {
  const seriesInstanceUid = textOf(record, Tag.SeriesInstanceUID)?.trim();
  if (seriesInstanceUid === undefined) return undefined;
  return {
    seriesInstanceUid,
    seriesDescription: textOf(record, Tag.SeriesDescription),
    seriesNumber: textOf(record, Tag.SeriesNumber),
    modality: textOf(record, Tag.Modality),
    seriesDate: textOf(record, Tag.SeriesDate),
    seriesTime: textOf(record, Tag.SeriesTime),
  };
}

export function instanceOf(record: DicomJson): Instance | undefined {
  const sopInstanceUid = textOf(record, Tag.SOPInstanceUID)?.trim();
  if (sopInstanceUid === undefined) return undefined;
  return {
    sopInstanceUid,
    sopClassUid: textOf(record, Tag.SOPClassUID),
    instanceNumber: textOf(record, Tag.InstanceNumber),
  };
}
