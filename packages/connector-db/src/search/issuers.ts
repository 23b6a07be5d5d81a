import { type PatientIdentifier } from '@pacs-connectors/connector-core';

/**
 * A test of a row's Patient ID and issuer against the identifiers asked for; `undefined` where none of them names an issuer,
 * so that every row is wanted. A row without an issuer is wanted: nothing says that it is another patient.
 *
 * A row's issuer may be a name, an OID, or both as HL7 v2 writes them (`namespace&universalId&type`).
 */
export function matchIssuer(
  asked: readonly PatientIdentifier[],
): ((patientId: string, issuer: string | undefined) => boolean) | undefined {
  if (asked.every((identifier) => namesOf(identifier).length === 0)) return undefined;
  const byId = new Map<string, PatientIdentifier[]>();
  for (const identifier of asked) byId.set(identifier.id, [...(byId.get(identifier.id) ?? []), identifier]);
  return (patientId, issuer) => {
    if (issuer === undefined) return true;
    // The select may yield another form of the id than the column compared (a prefix, a letter case): then any issuer may fit.
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
