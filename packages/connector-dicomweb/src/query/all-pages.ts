import { type Page } from '../http/qido-client.js';
import { type Level, type Question } from '../http/question.js';
import { StatusError } from '../http/status-error.js';
import { type DicomJson, Tag, textOf } from '../json/dicom-json.js';
import { type SearchContext } from './search-context.js';

const UNIQUE: Record<Level, string> = {
  study: Tag.StudyInstanceUID,
  series: Tag.SeriesInstanceUID,
  instance: Tag.SOPInstanceUID,
};

export interface AllPages {
  /** Number of different results. */
  count: number;
  /** There may be more than came. */
  cut: boolean;
}

/**
 * Asks until every result has come, each handed over once.
 *
 * Servers cap answers by a limit of their own, some with `Warning: 299`, some without a word. So an answer counts as complete
 * when as many results have come as a count of the server's promises (`expected`), when it is smaller than one that was proved
 * to be complete, or when the next page is empty.
 *
 * @param bounds `expected`: number of results, where it is known; `atMost`: where to stop, however many there are.
 */
export async function askAllPages(
  context: SearchContext,
  wished: Question,
  onResult: (result: DicomJson) => void,
  bounds: { expected?: number; atMost?: number } = {},
): Promise<AllPages> {
  const { client, knowledge, asker } = context;
  const { level } = wished;
  const { expected = Infinity, atMost = Infinity } = bounds;
  const seen = new Set<string>();
  const take = (result: DicomJson) => {
    const uid = textOf(result, UNIQUE[level]);
    if (uid === undefined || seen.has(uid)) return;
    seen.add(uid);
    onResult(result);
  };
  const { question, page: first } = await askWithWishes(context, wished, take);
  const told = question.limit !== undefined && first.count >= question.limit;
  if (seen.size >= expected || first.count === 0) {
    if (!first.capped && !told) knowledge.learnComplete(level, first.count);
    return { count: seen.size, cut: first.count === 0 && first.capped };
  }
  if (!first.capped && knowledge.isSurelyComplete(level, first.count)) return { count: seen.size, cut: false };
  let { capped } = first;
  for (let offset = first.count; seen.size < atMost;) {
    const before = seen.size;
    const page = await client.ask({ ...question, offset }, asker, take);
    offset += page.count;
    if (page.count === 0) {
      if (!capped && offset === first.count) knowledge.learnComplete(level, first.count);
      return { count: seen.size, cut: capped };
    }
    // The same page again: the server does not page, and what lies beyond cannot be had.
    if (seen.size === before) return { count: seen.size, cut: true };
    ({ capped } = page);
    if (seen.size >= expected || (!capped && page.count < first.count)) return { count: seen.size, cut: false };
  }
  return { count: seen.size, cut: true };
}

/** The first page of a question. A server that refuses the wish for attributes is asked without, then and ever after. */
async function askWithWishes(
  { client, knowledge, asker }: SearchContext,
  wished: Question,
  take: (result: DicomJson) => void,
): Promise<{ question: Question; page: Page }> {
  const plain = { ...wished, include: [] };
  if (knowledge.includeField === 'never') return { question: plain, page: await client.ask(plain, asker, take) };
  try {
    return { question: wished, page: await client.ask(wished, asker, take) };
  } catch (error) {
    const mayBeTheWish = knowledge.includeField === undefined && (wished.include?.length ?? 0) > 0;
    if (!mayBeTheWish || !(error instanceof StatusError && error.isAboutQuestion)) throw error;
    const page = await client.ask(plain, asker, take);
    knowledge.includeField = 'never';
    return { question: plain, page };
  }
}
