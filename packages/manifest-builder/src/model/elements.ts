import { type QueryMode, type Sex } from './value-rules.js';

/**
 * The manifest's elements as plain objects, with the names, order and types that the viewer reads. The XML and the JSON form are
 * written from these. Every value has passed the value rules; `undefined` is left out.
 */
export interface ManifestElement {
  uid?: string;
  arcQuery: ArcQueryElement[];
}

export interface ArcQueryElement {
  arcId: string;
  baseUrl: string;
  webLogin?: string;
  requireOnlySOPInstanceUID?: boolean;
  /** Read by Weasis 4.7.0 and later. */
  additionalParameters?: string;
  /** The same under the name that Weasis up to 4.6.6 reads. */
  additionnalParameters?: string;
  overrideDicomTagsList?: string;
  queryMode?: QueryMode;
  seriesRetrieve?: boolean;
  httpTag: HttpTagElement[];
  Message?: MessageElement;
  Patient: PatientElement[];
}

export interface HttpTagElement {
  key: string;
  value: string;
}

export interface MessageElement {
  title: string;
  description: string;
  severity: 'INFO' | 'WARN' | 'ERROR';
}

export interface PatientElement {
  PatientID: string;
  PatientName: string;
  IssuerOfPatientID?: string;
  PatientBirthDate?: string;
  PatientBirthTime?: string;
  PatientSex?: Sex;
  Study: StudyElement[];
}

export interface StudyElement {
  StudyInstanceUID: string;
  StudyDescription?: string;
  StudyDate?: string;
  StudyTime?: string;
  AccessionNumber?: string;
  StudyID?: string;
  ReferringPhysicianName?: string;
  Series: SeriesElement[];
}

export interface SeriesElement {
  SeriesInstanceUID: string;
  SeriesDescription?: string;
  SeriesNumber?: number;
  Modality?: string;
  SeriesDate?: string;
  SeriesTime?: string;
  WadoTransferSyntaxUID?: string;
  WadoCompressionRate?: number;
  DirectDownloadThumbnail?: string;
  Instance: InstanceElement[];
}

export interface InstanceElement {
  SOPInstanceUID: string;
  SOPClassUID?: string;
  InstanceNumber?: number;
  DirectDownloadFile?: string;
}

/** The attributes of each element, in the order in which they are written. */
export const ATTRIBUTES = {
  manifest: ['uid'],
  arcQuery: [
    'arcId',
    'baseUrl',
    'webLogin',
    'requireOnlySOPInstanceUID',
    'additionalParameters',
    'additionnalParameters',
    'overrideDicomTagsList',
    'queryMode',
    'seriesRetrieve',
  ],
  httpTag: ['key', 'value'],
  Message: ['title', 'description', 'severity'],
  Patient: ['PatientID', 'PatientName', 'IssuerOfPatientID', 'PatientBirthDate', 'PatientBirthTime', 'PatientSex'],
  Study: [
    'StudyInstanceUID',
    'StudyDescription',
    'StudyDate',
    'StudyTime',
    'AccessionNumber',
    'StudyID',
    'ReferringPhysicianName',
  ],
  Series: [
    'SeriesInstanceUID',
    'SeriesDescription',
    'SeriesNumber',
    'Modality',
    'SeriesDate',
    'SeriesTime',
    'WadoTransferSyntaxUID',
    'WadoCompressionRate',
    'DirectDownloadThumbnail',
  ],
  Instance: ['SOPInstanceUID', 'SOPClassUID', 'InstanceNumber', 'DirectDownloadFile'],
} as const satisfies { [Name in keyof Elements]: readonly (keyof Elements[Name])[] };

/** Every element by its name. */
export interface Elements {
  manifest: ManifestElement;
  arcQuery: ArcQueryElement;
  httpTag: HttpTagElement;
  Message: MessageElement;
  Patient: PatientElement;
  Study: StudyElement;
  Series: SeriesElement;
  Instance: InstanceElement;
}
export type ElementName = keyof Elements;
