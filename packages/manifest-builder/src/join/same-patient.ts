import { type PatientAttributes } from '@pacs-connectors/connector-core';
import { makePatient } from '../arrange/arrange.js';
import { textRule } from '../model/value-rules.js';
import { contradict } from './person.js';

/**
 * Returns whether two archives name the same patient for one study: the same Patient ID, an issuer that is the same or that only
 * one of them states, and no contradiction in name, birth date and sex. Without any Patient ID, the names must be the same.
 */
export function isSamePatient(a: PatientAttributes, b: PatientAttributes): boolean {
  const ids = [a, b].map(({ patientId }) => textRule(patientId));
  if (ids[0] !== ids[1]) return false;
  const issuers = [a, b].map(({ issuerOfPatientId }) => textRule(issuerOfPatientId));
  if (issuers[0] !== issuers[1] && !issuers.includes(undefined)) return false;
  const [one, other] = [makePatient(a), makePatient(b)];
  if (ids[0] === undefined && (one.PatientName === '' || one.PatientName !== other.PatientName)) return false;
  return !contradict(one, other);
}
