import { type PatientIdentifier } from '@pacs-connectors/connector-core';
import { type StudyAnswer } from './answers.js';
import { significant } from './identifier.js';

/** The studies of a Patient ID, by its issuer. */
export interface IssuerMatch {
  own: StudyAnswer[];
  /** Studies left out since nothing is known of their issuer: they may be the patient's. */
  unknown: number;
  /** The archive tells no issuer: all its studies with that Patient ID are taken. */
  unchecked: boolean;
}

/**
 * The answers of the patient that was asked for. Whether peers match the issuer differs, so it is never sent; it is matched
 * here: where the archive tells issuers for this Patient ID, only the one that was asked for will do; where it tells none,
 * there is nothing to choose by. An issuer known by its Universal Entity ID alone cannot be matched: C-FIND has no key for it
 * that archives know.
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
