import { type PatientIdentifier } from '@pacs-connectors/connector-core';
import { type StudyAnswer } from './answers.js';
import { significant } from './identifier.js';

/** The studies of a Patient ID that have the searched issuer. */
export interface IssuerMatch {
  own: StudyAnswer[];
  /** Number of studies without an issuer, which are left out. They may be the patient's. */
  unknown: number;
  /** The archive returns no issuers: all studies with that Patient ID are taken. */
  unchecked: boolean;
}

/**
 * Returns the studies of the searched patient. The issuer is not sent, because archives differ in how they match it. If the
 * archive returns issuers for this Patient ID, only studies with the searched one are taken. If it returns none, all are taken.
 * An issuer known by its Universal Entity ID alone cannot be matched: archives support no key for it.
 *
 * @param answers all that the archive has for this Patient ID.
 */
export function matchIssuer(
  answers: readonly StudyAnswer[],
  { issuer = '', universalEntityId = '' }: PatientIdentifier,
): IssuerMatch {
  const wanted = significant(issuer);
  const withIssuer = answers.filter(({ patient }) => patient.issuerOfPatientId !== undefined);
  if (wanted === '' || withIssuer.length === 0) {
    const unchecked = answers.length > 0 && (wanted !== '' || universalEntityId !== '');
    return { own: [...answers], unknown: 0, unchecked };
  }
  return {
    own: withIssuer.filter(({ patient }) => significant(patient.issuerOfPatientId ?? '') === wanted),
    unknown: answers.length - withIssuer.length,
    unchecked: false,
  };
}
