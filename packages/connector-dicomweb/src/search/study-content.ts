import { type Instance, type SeriesAttributes } from '@pacs-connectors/connector-core';
import { StatusError } from '@pacs-connectors/wado-client';
import { type QidoQuery } from '../http/query.js';
import { countOf, type DicomJson, instanceOf, seriesOf, Tag, textOf } from '../json/dicom-json.js';
import { askAllPages } from './all-pages.js';
import { reportPartialResult } from './partial-results.js';
import { type SearchContext } from './search-context.js';
import { type FoundStudy } from './study-search.js';
import { INSTANCE_KEYS, INSTANCE_WITH_SERIES_KEYS, SERIES_KEYS } from './return-keys.js';

/** Receives the series of studies and their instances as they arrive. */
export interface ContentSink {
  series(studyInstanceUid: string, series: SeriesAttributes): void;
  instance(studyInstanceUid: string, seriesInstanceUid: string, instance: Instance): void;
}

/**
 * A study of more instances than this is queried series by series, in parallel: servers look up instances one by one, and do so on
 * several connections at once.
 */
const SPLIT_ABOVE = 600;
/** … if its series have at least this many instances on average. Otherwise the queries cost more than they save. */
const SPLIT_SERIES_OF = 50;

/** Queries the series of one study. @returns each with its Number of Series Related Instances, if the server counts. */
export async function seriesOfStudy(
  context: SearchContext,
  { study, series: expected }: FoundStudy,
  content: ContentSink,
): Promise<Map<string, number | undefined>> {
  const found = new Map<string, number | undefined>();
  const uid = study.studyInstanceUid;
  const { truncated } = await askAllPages(
    context,
    {
      level: 'series',
      resource: `studies/${uid}/series`,
      include: SERIES_KEYS,
    },
    (record) => {
      const series = seriesOf(record);
      if (!series || !isOf(record, uid)) return;
      found.set(series.seriesInstanceUid, countOf(record, Tag.NumberOfSeriesRelatedInstances));
      content.series(uid, series);
    },
    { expected },
  );
  reportPartialResult(context.notices, 'series', { count: found.size, expected: expected ?? 1, truncated });
  return found;
}

/** Whether a study is queried series by series. */
export function isLarge({ instances = 0, series = 1 }: FoundStudy): boolean {
  return instances > SPLIT_ABOVE && series * SPLIT_SERIES_OF <= instances;
}

/** Queries the series and instances of one study. */
export async function contentOfStudy(context: SearchContext, found: FoundStudy, content: ContentSink): Promise<void> {
  const large = isLarge(found);
  let series: Map<string, number | undefined> | undefined;
  if (large || context.support.seriesInInstances === false || found.instances === undefined) {
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
 * Queries the instances of one study at once, with their series if the server returns these too.
 *
 * @returns what is still missing. Some servers search for instances only inside of a series (AWS HealthImaging).
 */
async function instancesOfStudy(
  context: SearchContext,
  { study, instances: expected }: FoundStudy,
  content: ContentSink,
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
      include: INSTANCE_WITH_SERIES_KEYS,
    },
    (record) => {
      if (isOf(record, uid) && takeInstance(record, uid, content)) taken++;
      if (record[Tag.Modality] === undefined) withoutModality = true;
      named ||= isNamed(seriesOf(record));
    },
    { expected },
  ).catch(ignoreOptionalQuery);
  if (named || withoutModality) context.support.seriesInInstances ??= !withoutModality;
  if (!answer || answer.truncated || taken < Math.max(answer.count, expected ?? 1)) return 'instances';
  return withoutModality || !named ? 'series' : undefined;
}

/** Queries the instances of each of these series, in parallel. */
async function instancesOfEachSeries(
  context: SearchContext,
  { study, instances: expected = 1 }: FoundStudy,
  series: ReadonlyMap<string, number | undefined>,
  content: ContentSink,
): Promise<void> {
  const outcomes = await Promise.allSettled(
    [...series].map(([uid, count]) => instancesOfSeries(context, study.studyInstanceUid, uid, content, count)),
  );
  // Only now, since the instances of the other series are kept.
  const counts = outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
  reportPartialResult(context.notices, 'instances', { count: sumOf(counts), expected });
}

/**
 * Queries the instances of one series.
 *
 * A relational query comes first if `expected` can prove its answer. Servers return fewer attributes there, because it names the
 * levels above as matching keys. That saves time (a quarter with Orthanc).
 *
 * @returns the number of instances.
 */
export async function instancesOfSeries(
  context: SearchContext,
  studyInstanceUid: string,
  seriesInstanceUid: string,
  content: ContentSink,
  expected: number | undefined,
): Promise<number> {
  const take = (record: DicomJson) => {
    const series = textOf(record, Tag.SeriesInstanceUID) ?? seriesInstanceUid;
    if (!isOf(record, studyInstanceUid) || series !== seriesInstanceUid) return 0;
    const instance = instanceOf(record);
    if (instance) content.instance(studyInstanceUid, seriesInstanceUid, instance);
    return instance ? 1 : 0;
  };
  if (expected !== undefined && context.support.relational !== false) {
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
        include: INSTANCE_KEYS,
      },
      expected,
      (record) => (found += take(record)),
    );
    if (found === expected) return found;
    // More than the server counts: there may be even more.
    if (found < expected) context.support.relational = false;
  }
  const { count, truncated } = await askAllPages(
    context,
    {
      level: 'instance',
      resource: `studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances`,
      include: INSTANCE_KEYS,
    },
    take,
    { expected },
  );
  reportPartialResult(context.notices, 'instances', { count, expected, truncated });
  return count;
}

/**
 * Queries across studies or series, where `expected` results are known to exist. A server that ignores a matching key would return
 * the whole archive, so one result more than expected is requested.
 */
export async function askRelational(
  context: SearchContext,
  question: QidoQuery,
  expected: number,
  onResult: (record: DicomJson) => void,
): Promise<void> {
  const bounds = { expected, atMost: expected };
  const answer = await context.optional((limited) =>
    askAllPages(limited, { ...question, limit: expected + 1 }, onResult, bounds),
  );
  if (!answer) context.support.relational = false;
}

/**
 * Ignores the failure of a query that only saves others: the server rejects it, forbids it or fails at it. A server that requires
 * credentials or patience requires them for the other queries too.
 */
function ignoreOptionalQuery(error: unknown): undefined {
  if (error instanceof StatusError && ![401, 429, 503].includes(error.status)) return undefined;
  throw error;
}

/** Whether a series has a number or a description. Servers that leave out its attributes may still return the modality. */
export function isNamed(series: SeriesAttributes | undefined): boolean {
  return series?.seriesNumber !== undefined || series?.seriesDescription !== undefined;
}

/** Whether a result is of this study, as far as the result says. A server may return more than was requested. */
function isOf(record: DicomJson, studyInstanceUid: string): boolean {
  return (textOf(record, Tag.StudyInstanceUID) ?? studyInstanceUid) === studyInstanceUid;
}

/** Takes an instance with its series. @returns false if the result does not name its series. */
export function takeInstance(record: DicomJson, studyInstanceUid: string, content: ContentSink): boolean {
  const series = seriesOf(record);
  if (!series) return false;
  content.series(studyInstanceUid, series);
  const instance = instanceOf(record);
  if (instance) content.instance(studyInstanceUid, series.seriesInstanceUid, instance);
  return true;
}

function sumOf(counts: Iterable<number | undefined>): number {
  let sum = 0;
  for (const count of counts) sum += count ?? Number.NaN;
  return sum;
}
