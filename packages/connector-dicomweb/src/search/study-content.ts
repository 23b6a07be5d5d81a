import { type Instance, type SeriesAttributes } from '@pacs-connectors/connector-core';
import { type Question } from '../http/query.js';
import { unlessAboutQuestion, unlessOverall } from '../http/status-error.js';
import { countOf, type DicomJson, instanceOf, seriesOf, Tag, textOf } from '../json/dicom-json.js';
import { askAllPages } from './all-pages.js';
import { type SearchContext } from './search-context.js';
import { cutNotice, type FoundStudy } from './study-search.js';
import { INSTANCE_WISHES, INSTANCE_WITH_SERIES_WISHES, SERIES_WISHES } from './return-keys.js';

/** The series of studies and their instances, as they are found. */
export interface Content {
  series(studyInstanceUid: string, series: SeriesAttributes): void;
  instance(studyInstanceUid: string, seriesInstanceUid: string, instance: Instance): void;
}

/**
 * A study of more instances than this is asked for series by series, side by side: servers look instances up one by one, and
 * do that on several connections at once.
 */
const SPLIT_ABOVE = 600;
/** … where its series hold at least this many on average; else the questions cost more than they save. */
const SPLIT_SERIES_OF = 50;

/** The series of one study. @returns each with its Number of Series Related Instances, where the server tells. */
export async function seriesOfStudy(
  context: SearchContext,
  { study, series: expected }: FoundStudy,
  content: Content,
): Promise<Map<string, number | undefined>> {
  const found = new Map<string, number | undefined>();
  const uid = study.studyInstanceUid;
  const { cut } = await askAllPages(
    context,
    {
      level: 'series',
      resource: `studies/${uid}/series`,
      include: included(context, SERIES_WISHES),
    },
    (record) => {
      const series = seriesOf(record);
      if (!series || !isOf(record, uid)) return;
      found.set(series.seriesInstanceUid, countOf(record, Tag.NumberOfSeriesRelatedInstances));
      content.series(uid, series);
    },
    { expected },
  );
  if (cut) cutNotice(context, 'series');
  else if (found.size < (expected ?? 1)) fewerNotice(context, 'series');
  return found;
}

/** Whether a study is asked for series by series. */
export function isLarge({ instances = 0, series = 1 }: FoundStudy): boolean {
  return instances > SPLIT_ABOVE && series * SPLIT_SERIES_OF <= instances;
}

/** The series and instances of one study. */
export async function contentOfStudy(context: SearchContext, found: FoundStudy, content: Content): Promise<void> {
  const large = isLarge(found);
  let series: Map<string, number | undefined> | undefined;
  if (large || context.knowledge.seriesInInstances === false || found.instances === undefined) {
    series = await seriesOfStudy(context, found, content);
    if (large && sumOf(series.values()) >= (found.instances ?? 0)) {
      return instancesOfEachSeries(context, found, series, content);
    }
  }
  const missing = await instancesOfStudy(context, found, content);
  if (missing === undefined) return;
  series ??= await seriesOfStudy(context, found, content);
  if (missing === 'instances') await instancesOfEachSeries(context, found, series, content);
}

/**
 * The instances of one study by one question, with their series where the server gives them along.
 *
 * @returns what is still missing: some servers only search for instances inside of a series (AWS HealthImaging).
 */
async function instancesOfStudy(
  context: SearchContext,
  { study, instances: expected }: FoundStudy,
  content: Content,
): Promise<'instances' | 'series' | undefined> {
  const uid = study.studyInstanceUid;
  let taken = 0;
  let withoutModality = false;
  let named = false;
  const answer = await askAllPages(
    context,
    {
      level: 'instance',
      resource: `studies/${uid}/instances`,
      include: included(context, INSTANCE_WITH_SERIES_WISHES),
    },
    (record) => {
      if (isOf(record, uid) && takeInstance(record, uid, content)) taken++;
      if (record[Tag.Modality] === undefined) withoutModality = true;
      named ||= isNamed(seriesOf(record));
    },
    { expected },
  ).catch(unlessAboutQuestion);
  if (named || withoutModality) context.knowledge.seriesInInstances ??= !withoutModality;
  if (!answer || answer.cut || taken < Math.max(answer.count, expected ?? 1)) return 'instances';
  return withoutModality || !named ? 'series' : undefined;
}

/** The instances of each of these series, side by side. */
async function instancesOfEachSeries(
  context: SearchContext,
  { study, instances: expected = 1 }: FoundStudy,
  series: ReadonlyMap<string, number | undefined>,
  content: Content,
): Promise<void> {
  const counts = await Promise.all(
    [...series].map(([uid, count]) => instancesOfSeries(context, study.studyInstanceUid, uid, content, count)),
  );
  if (sumOf(counts) < expected) fewerNotice(context, 'instances');
}

/**
 * The instances of one series.
 *
 * First by a relational question where its answer can be proved by `expected`: servers give fewer attributes there, which is
 * what takes them time (a quarter of it, Orthanc), since it names the levels above as matching keys.
 *
 * @returns how many there are.
 */
export async function instancesOfSeries(
  context: SearchContext,
  studyInstanceUid: string,
  seriesInstanceUid: string,
  content: Content,
  expected: number | undefined,
): Promise<number> {
  const take = (record: DicomJson) => {
    const series = textOf(record, Tag.SeriesInstanceUID) ?? seriesInstanceUid;
    if (!isOf(record, studyInstanceUid) || series !== seriesInstanceUid) return 0;
    const instance = instanceOf(record);
    if (instance) content.instance(studyInstanceUid, seriesInstanceUid, instance);
    return instance ? 1 : 0;
  };
  if (expected !== undefined && context.knowledge.relational !== false) {
    let found = 0;
    await askRelational(
      context,
      {
        level: 'instance',
        resource: 'instances',
        match: [
          ['StudyInstanceUID', studyInstanceUid],
          ['SeriesInstanceUID', seriesInstanceUid],
        ],
        include: included(context, INSTANCE_WISHES),
      },
      expected,
      (record) => (found += take(record)),
    );
    if (found === expected) return found;
    // More than the server counts: there may be more still.
    if (found < expected) context.knowledge.relational = false;
  }
  const { count, cut } = await askAllPages(
    context,
    {
      level: 'instance',
      resource: `studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances`,
      include: included(context, INSTANCE_WISHES),
    },
    take,
    { expected },
  );
  if (cut) cutNotice(context, 'instances');
  else if (expected !== undefined && count < expected) fewerNotice(context, 'instances');
  return count;
}

/**
 * A question across studies or series, of which `expected` results are known to exist. A server that ignores a matching key
 * would answer with the whole archive: one result more than expected is asked for, no more.
 */
export async function askRelational(
  context: SearchContext,
  question: Question,
  expected: number,
  onResult: (record: DicomJson) => void,
): Promise<void> {
  const bounds = { expected, atMost: expected };
  await askAllPages(context, { ...question, limit: expected + 1 }, onResult, bounds).catch(unlessOverall);
}

/** Whether anything tells the series from others: servers that leave out its attributes may give the modality all the same. */
export function isNamed(series: SeriesAttributes | undefined): boolean {
  return series?.seriesNumber !== undefined || series?.seriesDescription !== undefined;
}

/** Whether a result is of this study, as far as it tells: a server may give more than it was asked for. */
function isOf(record: DicomJson, studyInstanceUid: string): boolean {
  return (textOf(record, Tag.StudyInstanceUID) ?? studyInstanceUid) === studyInstanceUid;
}

/** Takes an instance with its series. @returns false where it does not tell which series it is of. */
export function takeInstance(record: DicomJson, studyInstanceUid: string, content: Content): boolean {
  const series = seriesOf(record);
  if (!series) return false;
  content.series(studyInstanceUid, series);
  const instance = instanceOf(record);
  if (instance) content.instance(studyInstanceUid, series.seriesInstanceUid, instance);
  return true;
}

/** Attributes to wish for, as this server takes them. */
export function included({ knowledge }: SearchContext, attributes: readonly string[]): readonly string[] {
  return knowledge.includeField === 'all' ? ['all'] : attributes;
}

export function fewerNotice(context: SearchContext, what: string): void {
  context.notice(
    'WARN',
    'Incomplete',
    `it gives fewer ${what} of a study than it says that there are; some may be missing.`,
  );
}

function sumOf(counts: Iterable<number | undefined>): number {
  let sum = 0;
  for (const count of counts) sum += count ?? Number.NaN;
  return sum;
}
