import { type Instance, type SeriesAttributes } from '@pacs-connectors/connector-core';
import { type Question } from '../http/question.js';
import { countOf, type DicomJson, instanceOf, seriesOf, Tag, textOf } from '../json/dicom-json.js';
import { askAllPages } from './all-pages.js';
import { isUid } from './literal-value.js';
import { type SearchContext } from './search-context.js';
import { cutNotice, type FoundStudy, unlessAboutQuestion } from './study-questions.js';
import { INSTANCE_WISHES, INSTANCE_WITH_SERIES_WISHES, SERIES_WISHES } from './wishes.js';

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
      if (!series || !isUid(series.seriesInstanceUid)) return;
      found.set(series.seriesInstanceUid, countOf(record, Tag.NumberOfSeriesRelatedInstances));
      content.series(uid, series);
    },
    { expected },
  );
  if (cut) cutNotice(context, 'series');
  else if (expected !== undefined && found.size < expected) fewerNotice(context, 'series');
  return found;
}

/** Whether a study is asked for series by series. */
export function isLarge({ instances = 0, series = 1 }: FoundStudy): boolean {
  return instances > SPLIT_ABOVE && series * SPLIT_SERIES_OF <= instances;
}

/** The series and instances of one study. */
export async function contentOfStudy(context: SearchContext, found: FoundStudy, content: Content): Promise<void> {
  const large = isLarge(found);
  let seriesAsked = false;
  if (large || context.knowledge.seriesInInstances === false || found.instances === undefined) {
    seriesAsked = true;
    const series = await seriesOfStudy(context, found, content);
    if (large && sumOf(series.values()) >= (found.instances ?? 0)) {
      await Promise.all(
        [...series].map(([seriesInstanceUid, count]) =>
          instancesOfSeries(context, found.study.studyInstanceUid, seriesInstanceUid, content, count),
        ),
      );
      return;
    }
  }
  const missing = await instancesOfStudy(context, found, content);
  if (missing === 'their series' && !seriesAsked) await seriesOfStudy(context, found, content);
}

/** The instances of one study by one question, with their series where the server gives them along. */
async function instancesOfStudy(
  context: SearchContext,
  { study, instances: expected }: FoundStudy,
  content: Content,
): Promise<'their series' | undefined> {
  const uid = study.studyInstanceUid;
  let withoutSeries = 0;
  let withoutModality = false;
  const { count, cut } = await askAllPages(
    context,
    {
      level: 'instance',
      resource: `studies/${uid}/instances`,
      include: included(context, INSTANCE_WITH_SERIES_WISHES),
    },
    (record) => {
      if (!takeInstance(record, uid, content)) withoutSeries++;
      if (record[Tag.Modality] === undefined) withoutModality = true;
    },
    { expected },
  );
  context.knowledge.seriesInInstances ??= count > 0 ? !withoutModality : undefined;
  if (withoutSeries > 0) {
    // Nothing says which series these are of: each series has to be asked.
    const series = await seriesOfStudy(context, { patient: { patientId: '' }, study }, content);
    await Promise.all([...series].map(([seriesUid, n]) => instancesOfSeries(context, uid, seriesUid, content, n)));
    return undefined;
  }
  if (cut) cutNotice(context, 'instances');
  else if (expected !== undefined && count < expected) fewerNotice(context, 'instances');
  return withoutModality ? 'their series' : undefined;
}

/**
 * The instances of one series.
 *
 * First by a relational question where its answer can be proved by `expected`: servers give fewer attributes there, which is
 * what takes them time (a quarter of it, Orthanc), since it names the levels above as matching keys.
 */
export async function instancesOfSeries(
  context: SearchContext,
  studyInstanceUid: string,
  seriesInstanceUid: string,
  content: Content,
  expected: number | undefined,
): Promise<void> {
  const take = (record: DicomJson) => {
    const [study, series] = [textOf(record, Tag.StudyInstanceUID), textOf(record, Tag.SeriesInstanceUID)];
    if ((study ?? studyInstanceUid) !== studyInstanceUid || (series ?? seriesInstanceUid) !== seriesInstanceUid)
      return 0;
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
    if (found >= expected) return;
    context.knowledge.relational = false;
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
  await askAllPages(context, { ...question, limit: expected + 1 }, onResult, bounds).catch(unlessAboutQuestion);
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
