/**
 * A patient of an archive: the root of a tree of plain objects, patient → study → series → instance (PS3.3 7.3).
 *
 * Values are text as the archive returned it, without padding; `undefined` if it returned none. Dates are DA (`yyyymmdd`) and
 * times TM (`hhmmss.ffffff`) of PS3.5 6.2. manifest-builder checks all values against their value representation, so
 * connectors need not.
 */
export interface Patient {
  /** Patient ID (0010,0020); empty if the archive has none. */
  patientId: string;
  /** Issuer of Patient ID (0010,0021). */
  issuerOfPatientId?: string;
  /** Patient's Name (0010,0010), PN with its `^` and `=`. */
  patientName?: string;
  /** Patient's Birth Date (0010,0030), DA. */
  patientBirthDate?: string;
  /** Patient's Birth Time (0010,0032), TM. */
  patientBirthTime?: string;
  /** Patient's Sex (0010,0040). */
  patientSex?: string;
  studies: Study[];
}

export interface Study {
  /** Study Instance UID (0020,000D). */
  studyInstanceUid: string;
  /** Study Description (0008,1030). */
  studyDescription?: string;
  /** Study Date (0008,0020), DA. */
  studyDate?: string;
  /** Study Time (0008,0030), TM. */
  studyTime?: string;
  /** Accession Number (0008,0050). */
  accessionNumber?: string;
  /** Study ID (0020,0010). */
  studyId?: string;
  /** Referring Physician's Name (0008,0090). */
  referringPhysicianName?: string;
  /** Modalities in Study (0008,0061); `undefined` if the archive did not return it. See `modalitiesOf`. */
  modalitiesInStudy?: string[];
  series: Series[];
}

export interface Series {
  /** Series Instance UID (0020,000E). */
  seriesInstanceUid: string;
  /** Series Description (0008,103E). */
  seriesDescription?: string;
  /** Series Number (0020,0011), IS as text. */
  seriesNumber?: string;
  /** Modality (0008,0060). */
  modality?: string;
  /** Series Date (0008,0021), DA. */
  seriesDate?: string;
  /** Series Time (0008,0031), TM. */
  seriesTime?: string;
  /** The address of the thumbnail of the series, relative to the archive's address. */
  directDownloadThumbnail?: string;
  instances: Instance[];
}

export interface Instance {
  /** SOP Instance UID (0008,0018). */
  sopInstanceUid: string;
  /** SOP Class UID (0008,0016). */
  sopClassUid?: string;
  /** Instance Number (0020,0013), IS as text. */
  instanceNumber?: string;
  /**
   * What the viewer appends to the archive's address to download the file. Leave it out for WADO-URI, and for WADO-RS by the
   * UIDs (`queryMode: 'DICOM_WEB'`).
   */
  directDownloadFile?: string;
}

/** The attributes of a patient, without its studies. */
export type PatientAttributes = Omit<Patient, 'studies'>;
/** The attributes of a study, without its series. */
export type StudyAttributes = Omit<Study, 'series'>;
/** The attributes of a series, without its instances. */
export type SeriesAttributes = Omit<Series, 'instances'>;
