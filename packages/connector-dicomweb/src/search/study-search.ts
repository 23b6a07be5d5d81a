import {
  isUid,
  type PatientAttributes,
  type PatientIdentifier,
  type StudyAttributes,
} from '@pacs-connectors/connector-core';
import { isEncoded, type QidoQuery } from '../http/query.js';
import { ignoreUnsupportedQuery, ignoreOptionalQuery } from '../http/status-error.js';
import { countOf, type DicomJson, patientOf, studyOf, Tag, textOf } from '../json/dicom-json.js';
import { askAllPages } from './all-pages.js';
import { matchIssuer } from './issuers.js';
import { isLiteral, literalValue } from './literal-value.js';
import { type SearchContext } from './search-context.js';
import { type QuerySupport } from './query-support.js';
import { STUDY_KEYS } from './return-keys.js';

/** A study that was found, with the server's counts of its content. */
export interface FoundStudy {
  patient: PatientAttributes;
  study: StudyAttributes;
  /** Number of Study Related Series and Instances, if the server counts. */
  series?: number;
  instances?: number;
}

/** A search by a pattern stops here. A value that matches more studies is not an identifier. */
const MOST_BY_PATTERN = 5_000;
/** UIDs in one query. They have 64 characters each at most, and URLs of 2 KiB pass everywhere. */
const UIDS_IN_ONE_QUERY = 30;

/** Finds every study of the patient. */
export async function studiesOfPatient(context: SearchContext, asked: PatientIdentifier): Promise<FoundStudy[]> {
  const qualified = asked.universalEntityId !== undefined && asked.issuer === undefined;
  const include = qualified ? [Tag.IssuerOfPatientIDQualifiersSequence] : [];
  const { records, sent } = await studiesByText(context, Tag.PatientID, 'PatientID', asked.id, include);
  const wanted = await matchIssuer(context, asked, records, async (issuer) => {
    const question = studiesWhere([
      ['PatientID', sent],
      ['IssuerOfPatientID', issuer],
    ]);
    return (await askStudies(context, question)).records;
  });
  return foundStudies(wanted);
}

export async function studiesByAccessionNumber(context: SearchContext, value: string): Promise<FoundStudy[]> {
  return foundStudies((await studiesByText(context, Tag.AccessionNumber, 'AccessionNumber', value)).records);
}

/** Finds the studies with these UIDs, by one query for several if the server understands it. */
export async function studiesByUid(context: SearchContext, values: readonly string[]): Promise<FoundStudy[]> {
  const { support } = context;
  const missing = new Set(values.filter(isUid));
  const found: FoundStudy[] = [];
  const ask = async (uids: readonly string[]) => {
    // A server that ignored the key would return the whole archive.
    const bounds = { atMost: uids.length };
    const { records } = await askStudies(context, studiesWhere([['StudyInstanceUID', uids.join(',')]]), bounds);
    for (const study of foundStudies(records)) {
      if (missing.delete(study.study.studyInstanceUid)) found.push(study);
    }
    if (uids.length === 1 && records.length > 0 && missing.has(uids[0] as string)) {
      context.notices.notSearched('does not search by Study Instance UID. Search by Patient ID instead.');
    }
  };
  if (missing.size > 1 && support.uidLists !== false) {
    const slices = slicesOfUids([...missing]);
    await Promise.all(slices.map((slice) => ask(slice).catch(ignoreUnsupportedQuery)));
    if (found.length > 1) support.uidLists = true;
  }
  // The server may not have understood the list, so the missing ones are queried one by one.
  const before = found.length;
  const alone = missing.size;
  await Promise.all([...missing].map((uid) => ask([uid])));
  if (alone > 1 && before === 0 && found.length > 0 && support.uidLists === undefined) support.uidLists = false;
  return found;
}

/** Divides `uids` into slices for one query each. @param weigh the cost of each; a slice of several costs `most` at most. */
export function slicesOfUids(uids: readonly string[], weigh = (_uid: string) => 0, most = 0): string[][] {
  const slices: string[][] = [];
  let weight = 0;
  for (const uid of uids) {
    const last = slices.at(-1);
    weight += weigh(uid);
    if (last && last.length < UIDS_IN_ONE_QUERY && weight <= most) last.push(uid);
    else {
      slices.push([uid]);
      weight = weigh(uid);
    }
  }
  return slices;
}

/** Finds the studies whose text attribute is exactly `value`, even if the server reads it as wildcards or a list. */
async function studiesByText(
  context: SearchContext,
  tag: string,
  keyword: string,
  value: string,
  include: readonly string[] = [],
): Promise<{ records: DicomJson[]; sent: string }> {
  const asked = literalValue(value);
  if (asked === undefined) return { records: [], sent: '' };
  if (asked === 'unsearchable') {
    context.notices.notSearched(
      `cannot be searched for ${keyword} values that consist of wildcards only, since QIDO-RS cannot escape them.`,
    );
    return { records: [], sent: '' };
  }
  for (const sent of [asked.sent, asked.pattern]) {
    if (sent === undefined) continue;
    const wild = asked.isWild || sent !== asked.sent;
    const { records, truncated } = await askStudies(
      context,
      studiesWhere([[keyword, sent]], include),
      wild ? { atMost: MOST_BY_PATTERN } : {},
    );
    const literal = records.filter((record) => isLiteral(textOf(record, tag), asked, sent));
    if (truncated && literal.length < records.length) {
      context.notices.keyIgnored(keyword);
    } else if (truncated) context.notices.truncated('studies');
    if (literal.some((record) => textOf(record, tag) !== undefined) && isEncoded(sent)) context.support.decodes = true;
    if (literal.length > 0) return { records: literal, sent };
  }
  if (asked.isObscure && !context.support.decodes) {
    context.notices.notSearched(
      `found nothing for a ${keyword} value without an ASCII letter or digit, which it may not understand. Studies may be missing.`,
    );
  }
  return { records: [], sent: asked.sent };
}

function studiesWhere(match: QidoQuery['match'], include: readonly string[] = []): QidoQuery {
  return { level: 'study', resource: 'studies', match, include };
}

/**
 * Queries studies with the attributes of the manifest. If no study has any beyond the default ones, the server may have ignored
 * `includefield`, so it is queried once more with `all`.
 */
async function askStudies(
  context: SearchContext,
  question: QidoQuery,
  bounds?: { expected?: number; atMost?: number },
): Promise<{ records: DicomJson[]; truncated: boolean }> {
  const { support } = context;
  const ask = async (include: readonly string[]) => {
    const records: DicomJson[] = [];
    const asked = { ...question, include };
    const { truncated } = await askAllPages(context, asked, (record) => records.push(record), bounds);
    return { records, truncated };
  };
  const keys = [...STUDY_KEYS, ...(question.include ?? [])];
  if (support.includeField === 'all') return ask(['all']);
  const answer = await ask(keys);
  if (answer.records.some(hasRequestedKeys)) support.includeField ??= 'tags';
  // Another search may have learnt it meanwhile.
  const known = support.includeField as QuerySupport['includeField'];
  if (answer.records.length === 0 || known === 'tags' || known === 'never') return answer;
  const all = await ask(['all']).catch(ignoreOptionalQuery);
  if (!all?.records.some(hasRequestedKeys)) return answer;
  support.includeField = 'all';
  return all;
}

function hasRequestedKeys(record: DicomJson): boolean {
  return record[Tag.StudyDescription] !== undefined || record[Tag.IssuerOfPatientID] !== undefined;
}

function foundStudies(records: readonly DicomJson[]): FoundStudy[] {
  return records.flatMap((record) => {
    const study = studyOf(record);
    if (!study) return [];
    return {
      patient: patientOf(record),
      study,
      series: countOf(record, Tag.NumberOfStudyRelatedSeries),
      instances: countOf(record, Tag.NumberOfStudyRelatedInstances),
    };
  });
}
