/**
 * The question, free of HTTP: what is looked for ({@link SearchCriteria}) and which of the studies found are wanted
 * ({@link StudyFilters}).
 */
export interface SearchCriteria {
  patientIds: PatientIdentifier[];
  studyInstanceUids: string[];
  accessionNumbers: string[];
  seriesInstanceUids: string[];
  sopInstanceUids: string[];
  filters: StudyFilters;
}

/** A Patient ID with the authority that issued it: HL7 v2 CX (`id^^^namespace&universalId&universalIdType`). */
export interface PatientIdentifier {
  id: string;
  /** Namespace of the assigning authority: Issuer of Patient ID (0010,0021). */
  issuer?: string;
  /** Universal Entity ID (0040,0032) of the assigning authority, often an OID. */
  universalEntityId?: string;
  /** Universal Entity ID Type (0040,0033): `ISO`, `DNS`, … */
  universalEntityIdType?: string;
}

/** Which of the studies found are wanted. All given filters hold together. */
export interface StudyFilters {
  /** The N newest studies, N ≥ 1. */
  mostRecentResults?: number;
  /** Studies that hold at least one of these modalities. */
  modalitiesInStudy?: string[];
  /** Studies whose description holds at least one of these texts; letter case and accents are ignored. */
  containsInDescription?: string[];
  /** Earliest study date and time, inclusive. */
  lowerDateTime?: DicomDateTime;
  /** Latest study date and time, inclusive. */
  upperDateTime?: DicomDateTime;
}

/** A local date, with a time where one was given. */
export interface DicomDateTime {
  /** DA, `yyyymmdd`. */
  date: string;
  /** TM, `hhmmss` with an optional fraction. */
  time?: string;
}

/** The kinds of identifier a question can hold, from the widest to the narrowest. */
export const IDENTIFIER_KINDS = [
  'patientIds',
  'studyInstanceUids',
  'accessionNumbers',
  'seriesInstanceUids',
  'sopInstanceUids',
] as const;
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number];

/** How deep a tree is asked for. */
export type Depth = 'study' | 'series' | 'instance';

/** Criteria with nothing in them, to fill. */
export function emptyCriteria(): SearchCriteria {
  return {
    patientIds: [],
    studyInstanceUids: [],
    accessionNumbers: [],
    seriesInstanceUids: [],
    sopInstanceUids: [],
    filters: {},
  };
}

/** The kinds of identifier that `criteria` holds. */
export function identifierKindsOf(criteria: SearchCriteria): IdentifierKind[] {
  return IDENTIFIER_KINDS.filter((kind) => criteria[kind].length > 0);
}
