import { type PatientIdentifier } from '@pacs-connectors/connector-core';
import { type DicomJson, Tag, textOf, universalEntityIdsOf } from '../json/dicom-json.js';
import { type SearchContext } from './search-context.js';
import { unlessAboutQuestion } from '../http/status-error.js';

/**
 * The `records`, all of the Patient ID that was asked for, whose issuer is the one that was asked for.
 *
 * The issuer is compared here rather than sent: many servers do not know it as a matching key, and refuse or ignore it. Where
 * no record tells its issuer, `askWithIssuer` leaves the choice to the server. What is left out because nothing is known of
 * its issuer is said, since it may be the patient's.
 */
export async function ofIssuer(
  context: SearchContext,
  { issuer, universalEntityId }: PatientIdentifier,
  records: readonly DicomJson[],
  askWithIssuer: (issuer: string) => Promise<readonly DicomJson[]>,
): Promise<readonly DicomJson[]> {
  if (records.length === 0) return records;
  if (issuer === undefined || issuer === '') {
    if (universalEntityId === undefined) return records;
    const others = records.filter((record) => {
      const ids = universalEntityIdsOf(record);
      return ids.length > 0 && !ids.includes(universalEntityId);
    });
    if (records.some((record) => universalEntityIdsOf(record).length === 0)) {
      context.notice(
        'WARN',
        'Issuer not checked',
        'it does not tell which authority issued the Patient ID of some studies; they may be of another patient with that ID.',
      );
    }
    return records.filter((record) => !others.includes(record));
  }
  const told = records.filter((record) => issuerOf(record) !== undefined);
  const matching = told.filter((record) => issuerOf(record) === issuer);
  if (told.length > 0) {
    if (told.length < records.length) notShown(context, records.length - told.length);
    return matching;
  }
  const chosen = await askWithIssuer(issuer).catch(unlessAboutQuestion);
  const uids = new Set(chosen?.map((record) => textOf(record, Tag.StudyInstanceUID)));
  const kept = records.filter((record) => uids.has(textOf(record, Tag.StudyInstanceUID)));
  if (kept.length < records.length) notShown(context, records.length - kept.length);
  else context.notice('INFO', 'Issuer not checked', 'it does not tell issuers; that of the Patient ID was left to it.');
  return kept;
}

function issuerOf(record: DicomJson): string | undefined {
  return textOf(record, Tag.IssuerOfPatientID)?.trim();
}

function notShown(context: SearchContext, count: number): void {
  context.notice(
    'WARN',
    'Issuer not known',
    `${count === 1 ? '1 study is' : `${count} studies are`} not shown: of the Patient ID that was asked for, without that issuer.`,
  );
}
