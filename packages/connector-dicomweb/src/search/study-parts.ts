import { type Instance, isUid, type SeriesAttributes } from '@pacs-connectors/connector-core';
import { type QidoQuery } from '../http/query.js';
import { StatusError } from '@pacs-connectors/wado-client';
import { countOf, type DicomJson, instanceOf, patientOf, seriesOf, studyOf, Tag, textOf } from '../json/dicom-json.js';
import { askAllPages } from './all-pages.js';
import { type SearchContext } from './search-context.js';
import { isNamed } from './study-content.js';
import { INSTANCE_WITH_SERIES_KEYS, SERIES_KEYS } from './return-keys.js';
import { type FoundStudy } from './study-search.js';

/** A series or an instance that was searched for by its UID. The study around it is queried afterwards. */
export interface FoundPart {
  /** The study around it, as far as the part says. */
  around: FoundStudy;
  studyInstanceUid: string;
  series: SeriesAttributes;
  /** Number of Series Related Instances, if the server counts. */
  instances?: number;
  /** The one requested instance; unset: the whole series. */
  instance?: Instance;
}

/** Finds the series with this UID in any study (relational, PS3.18 10.6.1.1: `/series?SeriesInstanceUID=…`). */
export function partsBySeriesUid(context: SearchContext, uid: string): Promise<FoundPart[]> {
  const question: QidoQuery = {
    level: 'series',
    resource: 'series',
    match: [['SeriesInstanceUID', uid]],
    include: SERIES_KEYS,
  };
  return partsByUid(context, uid, question, ({ series }) => series.seriesInstanceUid === uid);
}

/** Finds the instance with this UID in any study. */
export async function partsBySopUid(context: SearchContext, uid: string): Promise<FoundPart[]> {
  const question: QidoQuery = {
    level: 'instance',
    resource: 'instances',
    match: [['SOPInstanceUID', uid]],
    include: INSTANCE_WITH_SERIES_KEYS,
  };
  const parts = await partsByUid(context, uid, question, ({ instance }) => instance?.sopInstanceUid === uid);
  const isBare = ({ series }: FoundPart) => series.modality === undefined || !isNamed(series);
  return Promise.all(parts.map((part) => (isBare(part) ? withSeries(context, part) : part)));
}

/** @param isRequested whether a part is the requested one, since a server may ignore the key. */
async function partsByUid(
  context: SearchContext,
  uid: string,
  question: QidoQuery,
  isRequested: (part: FoundPart) => boolean,
): Promise<FoundPart[]> {
  if (!isUid(uid)) return [];
  const { level } = question;
  const parts: FoundPart[] = [];
  // One result exists. A server that ignored the key would return the whole archive.
  const bounds = { expected: 1, atMost: 1 };
  const answer = await askAllPages(context, { ...question, limit: 2 }, (record) => take(parts, record), bounds).catch(
    async (error: unknown) => {
      if (!(error instanceof StatusError && (error.isUnsupportedQuery || error.status === 403))) throw error;
      // A server that permits this user nothing fails here.
      await context.client.probe(context.requester);
      return undefined;
    },
  );
  const wanted = parts.filter(isRequested);
  if (wanted.length > 0) context.support.found.add(level);
  else if (
    !answer ||
    answer.count > 0 ||
    (await context.optional((limited) => searchesAcrossStudies(limited, question))) === false
  ) {
    const kind = level === 'series' ? 'Series Instance UID' : 'SOP Instance UID';
    const what = `does not search for a ${kind} without its study. Search by Study Instance UID instead.`;
    context.notices.notSearched(what);
  }
  return wanted;
}

/**
 * Returns whether the server searches at this level across studies. Some servers answer as if they had nothing. The query asks for the
 * content of any one study, which is cheap in a large archive too.
 */
async function searchesAcrossStudies(
  { client, support, requester }: SearchContext,
  { level, resource }: QidoQuery,
): Promise<boolean> {
  if (support.found.has(level)) return true;
  let study = '';
  const takeUid = (record: DicomJson) => (study = textOf(record, Tag.StudyInstanceUID) ?? '');
  await client.ask({ level: 'study', resource: 'studies', limit: 1 }, requester, takeUid);
  // A server that rejects such a broad search, or has no study, proves nothing.
  if (!isUid(study)) return true;
  const question: QidoQuery = { level, resource, match: [['StudyInstanceUID', study]], limit: 1 };
  const { count } = await client.ask(question, requester, () => undefined);
  if (count > 0) support.found.add(level);
  return count > 0;
}

function take(parts: FoundPart[], record: DicomJson): void {
  const [study, series] = [studyOf(record), seriesOf(record)];
  // Both become parts of later addresses.
  if (!study || !series || !isUid(study.studyInstanceUid) || !isUid(series.seriesInstanceUid)) return;
  parts.push({
    around: { patient: patientOf(record), study },
    studyInstanceUid: study.studyInstanceUid,
    series,
    instances: countOf(record, Tag.NumberOfSeriesRelatedInstances),
    instance: instanceOf(record),
  });
}

/** Returns `part` with the attributes of its series, which the server did not return with an instance. */
async function withSeries(context: SearchContext, part: FoundPart): Promise<FoundPart> {
  const { studyInstanceUid } = part;
  let { series } = part;
  await context.optional((limited) =>
    askAllPages(
      limited,
      { level: 'series', resource: `studies/${studyInstanceUid}/series`, include: SERIES_KEYS },
      (record) => {
        const found = seriesOf(record);
        if (found?.seriesInstanceUid === series.seriesInstanceUid) series = found;
      },
    ),
  );
  return { ...part, series };
}
