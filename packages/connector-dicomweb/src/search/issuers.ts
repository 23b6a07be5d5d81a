import { type PatientIdentifier } from '@pacs-connectors/connector-core';
import { type DicomJson, Tag, textOf, universalEntityIdsOf } from '../json/dicom-json.js';
import { type SearchContext } from './search-context.js';

/**
 * Returns those of `records` whose Patient ID has the requested issuer.
 *
 * The issuer is compared here and not sent, because many servers reject or ignore it as a matching key. If no record states its
 * issuer, `askWithIssuer` leaves the choice to the server. A notice counts the studies that are left out because their issuer is
 * unknown, since they may be the patient's.
 */
export async function matchIssuer(
  context: SearchContext,
  { issuer, universalEntityId }: PatientIdentifier,
  records: readonly DicomJson[],
  askWithIssuer: (context: SearchContext, issuer: string) => Promise<{ records: readonly DicomJson[] }>,
): Promise<readonly DicomJson[]> {
  if (records.length === 0) return records;
  if (issuer === undefined || issuer === '') {
    if (universalEntityId === undefined) return records;
    const others = records.filter((record) => {
      const ids = universalEntityIdsOf(record);
      return ids.length > 0 && !ids.includes(universalEntityId);
    });
    if (records.some((record) => universalEntityIdsOf(record).length === 0)) {
      context.notices.universalEntityIdNotChecked();
    }
    return records.filter((record) => !others.includes(record));
  }
  const withIssuer = records.filter((record) => issuerOf(record) !== undefined);
  const matching = withIssuer.filter((record) => issuerOf(record) === issuer);
  if (withIssuer.length > 0) {
    if (withIssuer.length < records.length) context.notices.issuerUnknown(records.length - withIssuer.length);
    return matching;
  }
  const chosen = await context.optional((limited) => askWithIssuer(limited, issuer));
  const uids = new Set(chosen?.records.map((record) => textOf(record, Tag.StudyInstanceUID)));
  const kept = records.filter((record) => uids.has(textOf(record, Tag.StudyInstanceUID)));
  if (kept.length < records.length) context.notices.issuerUnknown(records.length - kept.length);
  else context.notices.issuerNotChecked();
  return kept;
}

function issuerOf(record: DicomJson): string | undefined {
  return textOf(record, Tag.IssuerOfPatientID)?.trim();
}
