import { isUid } from '@pacs-connectors/connector-core';
import { type Level, type MatchingKey, type QidoQuery } from '../http/query.js';
import { type DicomJson, Tag, textOf } from '../json/dicom-json.js';
import { askByDateRanges, type DateRanges } from './date-ranges.js';
import { askInKnownForm } from './query-forms.js';
import { type SearchContext } from './search-context.js';

const UNIQUE: Record<Level, string> = {
  study: Tag.StudyInstanceUID,
  series: Tag.SeriesInstanceUID,
  instance: Tag.SOPInstanceUID,
};

/** Keys of which an archive may have any number of studies. */
const TEXT_KEYS: readonly MatchingKey[] = ['PatientID', 'AccessionNumber'];

const NO_RANGES: DateRanges = { results: [] };
/** An offset beyond every result. */
const BEYOND = 1_000_000_000;
/** The most pages in a row that bring nothing new. */
const MOST_REPEATED_PAGES = 50;
/** Offsets of the queries behind an empty first page. */
const BEHIND_FIRST_PAGE = [1, 10, 100];
/** So many empty pages in a row end the search behind an empty first page. */
const MOST_EMPTY_PAGES = 3;
/** With more studies than this, a query that only shows a limit would transfer too much. */
const MOST_TO_COMPARE = 100;

export interface AllPages {
  /** Number of different results. */
  count: number;
  /** The server may have more results. */
  truncated: boolean;
}

/**
 * Queries until every result has come, and passes each on once.
 *
 * Servers limit answers, some with `Warning: 299`, some without, and the limit of today may not be that of yesterday. No number
 * of results is too small for a limit. So the results are complete in three cases: there are exactly as many as the server counts
 * (`expected`), the page after the last is empty, or a server that warned stops warning. Studies are proved by ranges of their
 * dates as well, because some servers return an empty page beyond their limit.
 *
 * Pages may overlap where a server counts the rows of a join in `offset`. That is harmless if the order is the same on each page.
 *
 * @param bounds `expected`: number of results, if the server counts; `atMost`: the number of results to stop at.
 */
export async function askAllPages(
  context: SearchContext,
  query: QidoQuery,
  onResult: (result: DicomJson) => void,
  bounds: { expected?: number; atMost?: number } = {},
): Promise<AllPages> {
  const { expected, atMost = Infinity } = bounds;
  const results = new Results(context, query.level, onResult);
  const { question, page: first } = await askInKnownForm(context, query, results.take);
  if (first.unreadable > 0) context.notices.unreadable(first.unreadable);
  const end = (truncated: boolean) => ({ count: results.count, truncated });
  const isByText = query.level === 'study' && query.match?.some(([key]) => TEXT_KEYS.includes(key)) === true;
  if (first.count === 0) {
    const isThinned = isByText && atMost === Infinity && (await askBehindEmptyPage(context, question, results));
    return end(first.capped || isThinned);
  }
  if (!first.capped && results.count === expected) return end(false);
  if (results.count >= atMost) return end(true);
  const [isPagedToEnd, { isWhole, results: inRanges }] = await Promise.all([
    askFurtherPages(context, question, results, { first, expected, atMost }),
    isByText && !first.capped ? askByDateRanges(context, question, results.list()) : NO_RANGES,
  ]);
  const news = inRanges.filter(results.takeAny).length;
  if (isWhole) return end(false);
  if (!isPagedToEnd || news > 0) return end(true);
  return end(isByText && results.count === first.count && (await isLimitedTo(context, results)));
}

/**
 * Queries behind an empty first page. A server that leaves out results after it has limited a page returns an empty page although
 * others have results. Its limit is unknown, so several offsets are queried at once: each is behind a page of another size.
 *
 * @returns whether there are results. No empty page proves their end then.
 */
async function askBehindEmptyPage(context: SearchContext, question: QidoQuery, results: Results): Promise<boolean> {
  const ask = async (offset: number) => {
    const page = await context.optional(({ client, requester }) =>
      client.ask({ ...question, offset }, requester, results.takeAny),
    );
    return page?.count ?? 0;
  };
  const counts = await Promise.all(BEHIND_FIRST_PAGE.map(ask));
  let step = Math.max(...counts);
  if (step === 0) return false;
  for (let offset = 1, queries = 0, empty = 0; empty < MOST_EMPTY_PAGES && queries < MOST_REPEATED_PAGES; queries++) {
    offset += step;
    const count = await ask(offset);
    step = Math.max(step, count);
    empty = count === 0 ? empty + 1 : 0;
  }
  return true;
}

/**
 * Returns whether the server limits its answers to as many studies as it returned. It does if a query for one more study of any
 * patient returns as many again, among them others. Such a limit cuts an answer without any sign: an Orthanc with
 * `LimitFindResults`.
 */
async function isLimitedTo(context: SearchContext, results: Results): Promise<boolean> {
  const { count } = results;
  if (count < 2 || count > MOST_TO_COMPARE) return false;
  let others = 0;
  const broad: QidoQuery = { level: 'study', resource: 'studies', limit: count + 1 };
  const page = await context.optional(({ client, requester }) =>
    client.ask(broad, requester, (study) => void (results.has(study) || others++)),
  );
  return page?.count === count && others > 0;
}

/** Queries the pages after the first. @returns whether they prove that nothing is missing. */
async function askFurtherPages(
  context: SearchContext,
  question: QidoQuery,
  results: Results,
  { first, expected, atMost }: { first: { count: number; capped: boolean }; expected?: number; atMost: number },
): Promise<boolean> {
  const ask = (offset: number) =>
    context.optional(({ client, requester }) => {
      results.beginPage();
      return client.ask({ ...question, offset }, requester, results.take);
    });
  let { capped } = first;
  let repeated = 0;
  for (let offset = first.count; results.count < atMost;) {
    const before = results.count;
    const page = await ask(offset);
    if (!page) return false;
    if (page.unreadable > 0) context.notices.unreadable(page.unreadable);
    if (page.count === 0) return !capped && !results.isReordered;
    if (!page.capped && results.count === expected) return true;
    if (!page.capped && first.capped && results.count > before) return !results.isReordered;
    if (results.count === before) {
      // The server may ignore the offset, or count rows of which several belong to one result.
      if (++repeated > MOST_REPEATED_PAGES) return false;
      if (repeated === 1 && !(await isOffsetUsed(context, question))) return false;
    } else repeated = 0;
    ({ capped } = page);
    offset += page.count;
  }
  return false;
}

/** Returns whether the server uses `offset` in any way: then it returns nothing far beyond the end. */
async function isOffsetUsed(context: SearchContext, question: QidoQuery): Promise<boolean> {
  const page = await context.optional(({ client, requester }) =>
    client.ask({ ...question, offset: BEYOND }, requester, () => undefined),
  );
  return page?.count === 0;
}

/** The different results of one query, in their order. */
class Results {
  private readonly byUid = new Map<string, { result: DicomJson; place: number }>();
  /** The place of the previous result of this page. */
  private previous: number | undefined;
  private isFirstPage = true;
  /** A page has another order than the pages before, so a result may have moved and been missed. */
  isReordered = false;

  constructor(
    private readonly context: SearchContext,
    private readonly level: Level,
    private readonly onResult: (result: DicomJson) => void,
  ) {}

  get count(): number {
    return this.byUid.size;
  }

  has(result: DicomJson): boolean {
    return this.byUid.has(textOf(result, UNIQUE[this.level])?.trim() ?? '');
  }

  list(): DicomJson[] {
    return [...this.byUid.values()].map(({ result }) => result);
  }

  beginPage(): void {
    this.previous = undefined;
    this.isFirstPage = false;
  }

  /** Takes a result of a page. */
  readonly take = (result: DicomJson): void => {
    const uid = this.uidOf(result);
    if (uid === undefined) return;
    const { previous, count } = this;
    const place = this.byUid.get(uid)?.place ?? count;
    const follows = previous === undefined || place === previous || place === previous + 1;
    // The results of the first page come again if its answer broke off.
    if (!follows && !this.isFirstPage) this.isReordered = true;
    if (place === count) this.add(uid, result);
    this.previous = place;
  };

  /** Takes a result that is in no order. @returns whether it is new. */
  readonly takeAny = (result: DicomJson): boolean => {
    const uid = this.uidOf(result);
    if (uid === undefined || this.byUid.has(uid)) return false;
    this.add(uid, result);
    return true;
  };

  private add(uid: string, result: DicomJson): void {
    this.byUid.set(uid, { result, place: this.count });
    this.onResult(result);
  }

  private uidOf(result: DicomJson): string | undefined {
    const uid = textOf(result, UNIQUE[this.level])?.trim();
    // Those of studies and series become parts of later addresses.
    if (uid !== undefined && (this.level === 'instance' || isUid(uid))) return uid;
    this.context.notices.withoutUid();
    return undefined;
  }
}
