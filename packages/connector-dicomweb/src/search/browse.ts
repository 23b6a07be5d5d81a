import {
  type Depth,
  emptyCriteria,
  filterStudies,
  PatientTree,
  type SearchResult,
  type StudyFilters,
} from '@pacs-connectors/connector-core';
import { addDays } from './date-ranges.js';
import { Search } from './search.js';
import { type SearchContext } from './search-context.js';
import { type FoundStudy, studiesBetween } from './study-search.js';

/** The most studies that one query of a browse reads. */
const MOST_STUDIES = 2_000;
/** Archives have no older studies, days. */
const LONGEST_SPAN = 60_000;

/**
 * Finds the newest studies that pass `filters`, without an identifier: at most `mostRecentResults`, or as many as the server lists.
 *
 * QIDO-RS has no order. If the dates of the filters have more studies than wanted, growing spans before the last date are queried
 * until one has enough.
 */
export async function browseStudies(
  context: SearchContext,
  filters: StudyFilters,
  depth: Depth,
): Promise<SearchResult> {
  const { mostRecentResults = MOST_STUDIES } = filters;
  const [from, to] = [filters.lowerDateTime?.date, filters.upperDateTime?.date];
  const all = await studiesBetween(context, { from, to }, mostRecentResults);
  const isMore = all.truncated && all.studies.length > mostRecentResults;
  const { studies, truncated } = isMore ? await newest(context, filters) : all;
  if (truncated) context.notices.truncated('studies');
  const tree = treeOf(studies);
  const found = context.filter(filterStudies(tree.result(), { ...filters, mostRecentResults: undefined }), {
    mostRecentResults,
  });
  if (depth === 'study') return { ...found, notices: [...context.notices.list(), ...found.notices] };
  context.notices.addAll(found.notices);
  const uids = found.patients.flatMap((patient) => patient.studies.map((study) => study.studyInstanceUid));
  return new Search(context, { ...emptyCriteria(), studyInstanceUids: uids }, depth).run();
}

async function newest(context: SearchContext, filters: StudyFilters) {
  const { mostRecentResults = MOST_STUDIES, lowerDateTime, upperDateTime } = filters;
  const [lower = '', to] = [lowerDateTime?.date, upperDateTime?.date];
  const last = to ?? new Date().toISOString().slice(0, 10).replaceAll('-', '');
  for (let days = 1; ; days *= 4) {
    const start = addDays(last, 1 - days);
    const from = start > lower ? start : lower;
    const found = await studiesBetween(context, { from, to }, MOST_STUDIES);
    const isWhole = from === lower || days > LONGEST_SPAN;
    if (found.truncated || isWhole) return found;
    const matching = filterStudies(treeOf(found.studies).result(), { ...filters, mostRecentResults: undefined });
    const count = matching.reduce((sum, { studies }) => sum + studies.length, 0);
    if (count >= mostRecentResults) return found;
  }
}

function treeOf(found: readonly FoundStudy[]): PatientTree {
  const tree = new PatientTree();
  for (const { patient, study } of found) tree.study(tree.patient(patient), study);
  return tree;
}
