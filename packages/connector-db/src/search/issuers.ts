import { type PatientIdentifier } from '@pacs-connectors/connector-core';

/**
 * Returns a function that checks whether a row's Patient ID and issuer match the requested identifiers. It returns
 * `undefined` if none of them has an issuer; every row matches then. A row without an issuer always matches, because it may
 * be the requested patient.
 *
 * A row's issuer may be a name, an OID, or both in the form of HL7 v2 (`namespace&universalId&type`).
 */
export function matchIssuer(
  asked: readonly PatientIdentifier[],
): ((patientId: string, issuer: string | undefined) => boolean) | undefined {
  if (asked.every((identifier) => namesOf(identifier).length === 0)) return undefined;
  const byId = new Map<string, PatientIdentifier[]>();
  for (const identifier of asked) byId.set(identifier.id, [...(byId.get(identifier.id) ?? []), identifier]);
  return (patientId, issuer) => {
    if (issuer === undefined) return true;
    // The select may return the id in another form than the compared column (a prefix, another letter case). Then the issuer
    // of any requested identifier matches.
    const candidates = byId.get(patientId) ?? asked;
    const parts = issuer.split('&');
    return candidates.some((identifier) => {
      const names = namesOf(identifier);
      return names.length === 0 || names.some((name) => name === issuer || parts.includes(name));
    });
  };
}

function namesOf({ issuer, universalEntityId }: PatientIdentifier): string[] {
  return [issuer, universalEntityId].filter((name): name is string => name !== undefined && name !== '');
}
