import { seriesOf, Tag, textOf } from '../json/dicom-json.js';
import { type SearchContext } from './search-context.js';
import { askRelational, type ContentSink, isLarge, isNamed, takeInstance } from './study-content.js';
import { type FoundStudy, slicesOfUids } from './study-search.js';
import { INSTANCE_WITH_SERIES_KEYS, SERIES_KEYS } from './return-keys.js';

/** The most results of one query, so that several queries work in parallel. */
const RESULTS_OF_ONE_QUERY = 2_000;
/** Fewer studies are as quickly queried one by one. */
const FEWEST_STUDIES = 3;

/**
 * Queries the content of many studies by few queries, each for a list of them (`/instances?StudyInstanceUID=a,b,…`), if the server
 * understands lists and its own counts prove the answer.
 *
 * @returns the studies whose content is still missing.
 */
export async function contentOfListedStudies(
  context: SearchContext,
  studies: readonly FoundStudy[],
  depth: 'series' | 'instance',
  content: ContentSink,
): Promise<readonly FoundStudy[]> {
  const { support } = context;
  const listed = new Map<string, number>();
  for (const found of studies) {
    const expected = depth === 'series' ? found.series : found.instances;
    if (expected !== undefined && !isLarge(found)) listed.set(found.study.studyInstanceUid, expected);
  }
  const savesQueries =
    listed.size >= FEWEST_STUDIES &&
    support.uidLists !== false &&
    support.relational !== false &&
    !(depth === 'instance' && support.seriesInInstances === false);
  if (!savesQueries) return studies;
  const slices = slicesOfUids([...listed.keys()], (uid) => listed.get(uid) ?? 0, RESULTS_OF_ONE_QUERY);
  await Promise.all(slices.map((uids) => askList(context, uids, depth, listed, content)));
  return studies.filter(({ study }) => listed.get(study.studyInstanceUid) !== 0);
}

/**
 * Queries the content of `uids` and subtracts in `missing` what arrived: 0 is complete. Less than 0 means that the count was wrong
 * and proves nothing.
 */
async function askList(
  context: SearchContext,
  uids: readonly string[],
  depth: 'series' | 'instance',
  missing: Map<string, number>,
  content: ContentSink,
): Promise<void> {
  const { support } = context;
  const expected = uids.reduce((sum, uid) => sum + (missing.get(uid) as number), 0);
  let withoutModality = false;
  let named = false;
  await askRelational(
    context,
    {
      level: depth,
      resource: depth === 'series' ? 'series' : 'instances',
      match: [['StudyInstanceUID', uids.join(',')]],
      include: depth === 'series' ? SERIES_KEYS : INSTANCE_WITH_SERIES_KEYS,
    },
    expected,
    (record) => {
      const uid = textOf(record, Tag.StudyInstanceUID);
      const left = uid === undefined ? undefined : missing.get(uid);
      const series = seriesOf(record);
      // The result is of another study, or names no series.
      if (uid === undefined || left === undefined || !series) return;
      if (series.modality === undefined) withoutModality = true;
      named ||= isNamed(series);
      if (depth === 'series') content.series(uid, series);
      else takeInstance(record, uid, content);
      missing.set(uid, left - 1);
    },
  );
  const left = uids.map((uid) => missing.get(uid) as number);
  if ((withoutModality || !named) && depth === 'instance') {
    // Their series are queried with each study.
    support.seriesInInstances = false;
    for (const uid of uids) missing.set(uid, 1);
  }
  if (left.every((count) => count === 0)) support.uidLists ??= true;
  else if (left.every((count) => count >= 0)) support.relational = false;
}
