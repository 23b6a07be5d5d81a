import { IDENTIFIER_KINDS, type IdentifierKind, type SearchCriteria } from '@pacs-connectors/connector-core';

/** The parameter of a request for each kind of identifier. */
export const IDENTIFIER_PARAMETERS: Readonly<Record<IdentifierKind, string>> = {
  patientIds: 'patientID',
  studyInstanceUids: 'studyUID',
  accessionNumbers: 'accessionNumber',
  seriesInstanceUids: 'seriesUID',
  sopInstanceUids: 'objectUID',
};

/** Returns the parameter of the first kind of identifier that a launch has. */
export function firstParameter(criteria: SearchCriteria): string {
  return IDENTIFIER_PARAMETERS[IDENTIFIER_KINDS.find((kind) => criteria[kind].length > 0) ?? 'studyInstanceUids'];
}
