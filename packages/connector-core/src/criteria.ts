/** What a request searches for, independent of HTTP: identifiers, and filters for the studies that are found. */
export interface SearchCriteria {
  patientIds: PatientIdentifier[];
  studyInstanceUids: string[];
  accessionNumbers: string[];
  seriesInstanceUids: string[];
  sopInstanceUids: string[];
  filters: StudyFilters;
}

/** A Patient ID and the authority that issued it, as in HL7 v2 CX (`id^^^namespace&universalId&universalIdType`). */
export interface PatientIdentifier {
  id: string;
  /** Namespace of the assigning authority: Issuer of Patient ID (0010,0021). */
  issuer?: string;
  /** Universal Entity ID (0040,0032) of the assigning authority, often an OID. */
  universalEntityId?: string;
  /** Universal Entity ID Type (0040,0033): `ISO`, `DNS`, … */
  universalEntityIdType?: string;
}

/** Filters for the studies that are found. A study must pass all that are set. */
export interface StudyFilters {
  /** Only the newest studies, this many (≥ 1). */
  mostRecentResults?: number;
  /** Only studies with at least one of these modalities. */
  modalitiesInStudy?: string[];
  /** Only studies whose description contains at least one of these texts, ignoring letter case and accents. */
  containsInDescription?: string[];
  /** Earliest study date and time, inclusive. */
  lowerDateTime?: DicomDateTime;
  /** Latest study date and time, inclusive. */
  upperDateTime?: DicomDateTime;
}

/** A local date, optionally with a time. */
export interface DicomDateTime {
  /** DA, `yyyymmdd`. */
  date: string;
  /** TM, `hhmmss` with an optional fraction. */
  time?: string;
}

/** The kinds of identifier in a search, from the widest to the narrowest. */
export const IDENTIFIER_KINDS = [
  'patientIds',
  'studyInstanceUids',
  'accessionNumbers',
  'seriesInstanceUids',
  'sopInstanceUids',
] as const;
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number];

/** The deepest level of a tree. */
export type Depth = 'study' | 'series' | 'instance';

/** Returns criteria without identifiers and filters. */
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

/** Returns the kinds of identifier that `criteria` contains. */
export function identifierKindsOf(criteria: SearchCriteria): IdentifierKind[] {
  return IDENTIFIER_KINDS.filter((kind) => criteria[kind].length > 0);
}
