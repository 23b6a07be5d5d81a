import {
  isUid,
  type PatientAttributes,
  type PatientIdentifier,
  type StudyAttributes,
} from '@pacs-connectors/connector-core';
import { isEncoded, type QidoQuery } from '../http/query.js';
import { countOf, type DicomJson, otherPatientIdsOf, patientOf, studyOf, Tag, textOf } from '../json/dicom-json.js';
import { askAllPages } from './all-pages.js';
import { matchIssuer } from './issuers.js';
import { isLiteral, literalValue } from './literal-value.js';
import { type SearchContext } from './search-context.js';
import { STUDY_KEYS } from './return-keys.js';
import { settled } from './settled.js';

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
  const wanted = await matchIssuer(context, asked, records, (limited, issuer) =>
    askStudies(
      limited,
      studiesWhere([
        ['PatientID', sent],
        ['IssuerOfPatientID', issuer],
      ]),
    ),
  );
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
  const ask = async (limited: SearchContext, uids: readonly string[]) => {
    // A server that ignored the key would return the whole archive.
    const bounds = { atMost: uids.length };
    const { records } = await askStudies(limited, studiesWhere([['StudyInstanceUID', uids.join(',')]]), bounds);
    for (const study of foundStudies(records)) {
      if (missing.delete(study.study.studyInstanceUid)) found.push(study);
    }
    if (uids.length === 1 && records.length > 0 && missing.has(uids[0] as string)) {
      context.notices.notSearched('does not search by Study Instance UID. Search by Patient ID instead.');
    }
    return true;
  };
  if (missing.size > 1 && support.uidLists !== false) {
    const slices = slicesOfUids([...missing]);
    const answers = await Promise.all(slices.map((slice) => context.optional((limited) => ask(limited, slice))));
    if (found.length > 1) support.uidLists = true;
    else if (answers.includes(undefined)) support.uidLists = false;
  }
  // The server may not have understood the list, so the missing ones are queried one by one.
  const before = found.length;
  const alone = missing.size;
  await settled(
    context,
    [...missing].map((uid) => ask(context, [uid])),
  );
  if (alone > 1 && before === 0 && found.length > 0 && support.uidLists === undefined) support.uidLists = false;
  return found;
}

/**
 * Finds studies of these dates, without an identifier.
 *
 * @param most the most studies that are read. @returns `truncated` if there may be more.
 */
export async function studiesBetween(
  context: SearchContext,
  { from = '', to = '' }: { from?: string; to?: string },
  most: number,
): Promise<{ studies: FoundStudy[]; truncated: boolean }> {
  const match = from === '' && to === '' ? [] : ([['StudyDate', `${from}-${to}`]] as const);
  const bounds = { atMost: most + 1 };
  const { records, truncated } = await askStudies(context, { ...studiesWhere(match), limit: most + 1 }, bounds);
  return { studies: foundStudies(records), truncated };
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
  keyword: 'PatientID' | 'AccessionNumber',
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
    const question = studiesWhere([[keyword, sent]], include);
    const { records, truncated } = await askStudies(context, question, wild ? { atMost: MOST_BY_PATTERN } : {});
    const literal = records.filter((record) => isLiteral(textOf(record, tag), asked, sent));
    const others = wild ? [] : records.filter((record) => !literal.includes(record));
    const otherIds = keyword === 'PatientID' ? await otherIdsOf(context, question, others) : undefined;
    const isKeyIgnored = truncated && literal.length < records.length;
    const merged = context.notices.checkIdentifiers(NAMES[keyword], asked.exact, others, isKeyIgnored, (record) => ({
      id: textOf(record, tag),
      others: otherIds?.get(textOf(record, Tag.StudyInstanceUID)),
    }));
    if (isKeyIgnored) context.notices.keyIgnored(keyword);
    else if (truncated) context.notices.truncated('studies');
    if (literal.some((record) => textOf(record, tag) !== undefined) && isEncoded(sent)) context.support.decodes = true;
    if (literal.length + merged.length > 0) return { records: [...literal, ...merged], sent };
  }
  if (asked.isObscure && !context.support.decodes) {
    context.notices.notSearched(
      `found nothing for a ${keyword} value without an ASCII letter or digit, which it may not understand. Studies may be missing.`,
    );
  }
  return { records: [], sent: asked.sent };
}

const NAMES = { PatientID: 'Patient ID', AccessionNumber: 'Accession Number' } as const;

/**
 * Returns the Other Patient IDs of studies, by Study Instance UID. They are requested only if no study has the requested id, because
 * some servers read them from the files.
 */
async function otherIdsOf(
  context: SearchContext,
  question: QidoQuery,
  studies: readonly DicomJson[],
): Promise<Map<string | undefined, readonly string[]>> {
  const found = new Map<string | undefined, readonly string[]>();
  const take = (record: DicomJson) => void found.set(textOf(record, Tag.StudyInstanceUID), otherPatientIdsOf(record));
  studies.forEach(take);
  if (studies.length === 0 || [...found.values()].some((ids) => ids.length > 0)) return found;
  const include = [Tag.OtherPatientIDs, Tag.OtherPatientIDsSequence];
  const bounds = { expected: studies.length, atMost: studies.length };
  await context.optional((limited) => askAllPages(limited, { ...question, include }, take, bounds));
  return found;
}

function studiesWhere(match: QidoQuery['match'], include: readonly string[] = []): QidoQuery {
  return { level: 'study', resource: 'studies', match, include };
}

/**
 * Queries studies with the attributes of the manifest. If no study has any beyond the default ones, the server may have ignored
 * `includefield`, so it is queried once more in other forms.
 */
async function askStudies(
  context: SearchContext,
  question: QidoQuery,
  bounds?: { expected?: number; atMost?: number },
): Promise<{ records: DicomJson[]; truncated: boolean }> {
  const { support } = context;
  const include = [...STUDY_KEYS, ...(question.include ?? [])];
  const ask = async (limited: SearchContext, more: Partial<QidoQuery> = {}, limits = bounds) => {
    const records: DicomJson[] = [];
    const query = { ...question, include, ...more };
    const { truncated } = await askAllPages(limited, query, (record) => records.push(record), limits);
    return { records, truncated };
  };
  const answer = await ask(context);
  const form = support.formOf('study');
  if (answer.records.some(hasRequestedKeys) && !support.include.has('study'))
    support.include.set('study', form.include);
  if (answer.records.length === 0 || support.include.has('study')) return answer;
  for (const one of ['repeated', 'all'] as const) {
    const expected = answer.records.length;
    const other = await context.optional((limited) =>
      ask(limited, { form: { ...form, include: one } }, { ...bounds, expected }),
    );
    if (!other || other.records.length < expected || !other.records.some(hasRequestedKeys)) continue;
    support.include.set('study', one);
    return { records: other.records, truncated: answer.truncated };
  }
  return answer;
}

function hasRequestedKeys(record: DicomJson): boolean {
  return [Tag.StudyDescription, Tag.IssuerOfPatientID].some((tag) => textOf(record, tag) !== undefined);
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
