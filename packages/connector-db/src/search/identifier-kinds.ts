import { type IdentifierKind } from '@pacs-connectors/connector-core';

/** Each kind of identifier: its name for people, the setting of its column, its name in `search-criteria.deactivated`. */
export const KINDS: Record<IdentifierKind, { name: string; setting: string; criterion: string }> = {
  patientIds: { name: 'Patient ID', setting: 'patient-id-column', criterion: 'PATIENT_ID' },
  studyInstanceUids: {
    name: 'Study Instance UID',
    setting: 'study-instance-uid-column',
    criterion: 'STUDY_INSTANCE_UID',
  },
  accessionNumbers: {
    name: 'Accession Number',
    setting: 'accession-number-column',
    criterion: 'STUDY_ACCESSION_NUMBER',
  },
  seriesInstanceUids: {
    name: 'Series Instance UID',
    setting: 'serie-instance-uid-column',
    criterion: 'SERIE_INSTANCE_UID',
  },
  sopInstanceUids: { name: 'SOP Instance UID', setting: 'sop-instance-uid-column', criterion: 'SOP_INSTANCE_UID' },
};
