import { isUid } from '@pacs-connectors/connector-core';
import { type Page } from '../http/qido-client.js';
import { type Level, type QidoQuery } from '../http/query.js';
import { StatusError, ignoreUnsupportedQuery } from '../http/status-error.js';
import { type DicomJson, Tag, textOf } from '../json/dicom-json.js';
import { type SearchContext } from './search-context.js';

const UNIQUE: Record<Level, string> = {
  study: Tag.StudyInstanceUID,
  series: Tag.SeriesInstanceUID,
  instance: Tag.SOPInstanceUID,
};

/** No server is known that gives fewer results at once than this where there are more, and does not say so. */
const SMALLEST_CAP = 10;

export interface AllPages {
  /** Number of different results. */
  count: number;
  /** There may be more than came. */
  truncated: boolean;
}

/**
 * Asks until every result has come, each handed over once.
 *
 * Servers cap answers by a limit of their own, some with `Warning: 299`, some without a word, and the limit of today may not be
 * that of yesterday. So results count as complete when there are exactly as many as a count of the server's promises
 * (`expected`), when the next page is empty, when a server that warns no longer does, or when they are fewer than any cap.
 *
 * Pages that overlap are no proof: what moved from one to another may have been missed.
 *
 * @param bounds `expected`: number of results, where the server tells it; `atMost`: where to stop, however many there are.
 */
export async function askAllPages(
  context: SearchContext,
  query: QidoQuery,
  onResult: (result: DicomJson) => void,
  bounds: { expected?: number; atMost?: number } = {},
): Promise<AllPages> {
  const { client, requester } = context;
  const { level } = query;
  const { expected, atMost = Infinity } = bounds;
  /** Each result's UID, and the offset of the page that it came with. */
  const seen = new Map<string, number>();
  let offset = 0;
  let overlaps = false;
  const take = (result: DicomJson) => {
    const uid = textOf(result, UNIQUE[level]);
    // Those of studies and series become a part of later addresses.
    if (uid === undefined || (level !== 'instance' && !isUid(uid))) {
      context.notices.withoutUid();
      return;
    }
    const at = seen.get(uid);
    if (at === undefined) {
      seen.set(uid, offset);
      onResult(result);
    } else overlaps ||= at !== offset;
  };
  const { question, page: first } = await firstPage(context, query, take);
  if (first.unreadable > 0) context.notices.unreadable(first.unreadable);
  if (first.count === 0) return { count: 0, truncated: first.capped };
  let { capped } = first;
  if (!capped && (seen.size === expected || (first.count < SMALLEST_CAP && seen.size >= (expected ?? 0)))) {
    return { count: seen.size, truncated: false };
  }
  offset = first.count;
  while (seen.size < atMost) {
    const before = seen.size;
    const page = await client.ask({ ...question, offset }, requester, take).catch(ignoreUnsupportedQuery);
    // It does not know `offset`, or ignores it and gives the same page again: what lies beyond cannot be had.
    if (page?.unreadable) context.notices.unreadable(page.unreadable);
    if (!page || (page.count > 0 && seen.size === before)) break;
    if (page.count === 0) return { count: seen.size, truncated: capped || overlaps };
    if (!page.capped && seen.size === expected) return { count: seen.size, truncated: false };
    if (!page.capped && first.capped) return { count: seen.size, truncated: overlaps };
    ({ capped } = page);
    offset += page.count;
  }
  return { count: seen.size, truncated: true };
}

/** The first page of a question. A server that rejects `includefield` is asked without it, then and for a while. */
async function firstPage(
  { client, support, requester }: SearchContext,
  requested: QidoQuery,
  take: (result: DicomJson) => void,
): Promise<{ question: QidoQuery; page: Page }> {
  const plain = { ...requested, include: [] };
  if (support.includeField === 'never') return { question: plain, page: await client.ask(plain, requester, take) };
  try {
    return { question: requested, page: await client.ask(requested, requester, take) };
  } catch (error) {
    const mayBeIncludeField = support.includeField === undefined && (requested.include?.length ?? 0) > 0;
    if (!mayBeIncludeField || !(error instanceof StatusError && error.isUnsupportedQuery)) throw error;
    const page = await client.ask(plain, requester, take);
    support.includeField = 'never';
    return { question: plain, page };
  }
}
