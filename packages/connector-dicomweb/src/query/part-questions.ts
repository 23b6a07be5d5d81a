import { type Instance, type SeriesAttributes } from '@pacs-connectors/connector-core';
import { type Question } from '../http/question.js';
import { countOf, type DicomJson, instanceOf, patientOf, seriesOf, studyOf, Tag } from '../json/dicom-json.js';
import { askAllPages } from './all-pages.js';
import { isUid } from './literal-value.js';
import { type SearchContext } from './search-context.js';
import { included } from './study-content.js';
import { INSTANCE_WITH_SERIES_WISHES, SERIES_WISHES } from './wishes.js';
import { type FoundStudy, unlessAboutQuestion } from './study-questions.js';

/** A series that was asked for by its UID, or an instance; the study around it is asked for afterwards. */
export interface FoundPart {
  /** The study around it, as far as the part tells. */
  around: FoundStudy;
  studyInstanceUid: string;
  series: SeriesAttributes;
  /** Number of Series Related Instances, where the server tells. */
  instances?: number;
  /** The one instance that is wanted; not set: the whole series. */
  instance?: Instance;
}

/** The series with this UID, wherever it is (relational, PS3.18 10.6.1.1: `/series?SeriesInstanceUID=…`). */
export function partsBySeriesUid(context: SearchContext, uid: string): Promise<FoundPart[]> {
  return partsByUid(context, uid, 'Series Instance UID', {
    level: 'series',
    resource: 'series',
    match: [['SeriesInstanceUID', uid]],
    include: included(context, SERIES_WISHES),
  }).then((parts) => parts.filter(({ series }) => series.seriesInstanceUid === uid));
}

/** The instance with this UID, wherever it is. */
export async function partsBySopUid(context: SearchContext, uid: string): Promise<FoundPart[]> {
  const parts = await partsByUid(context, uid, 'SOP Instance UID', {
    level: 'instance',
    resource: 'instances',
    match: [['SOPInstanceUID', uid]],
    include: included(context, INSTANCE_WITH_SERIES_WISHES),
  });
  const wanted = parts.filter(({ instance }) => instance?.sopInstanceUid === uid);
  return Promise.all(wanted.map((part) => (part.series.modality === undefined ? withSeries(context, part) : part)));
}

async function partsByUid(context: SearchContext, uid: string, kind: string, question: Question): Promise<FoundPart[]> {
  if (!isUid(uid)) return [];
  const parts: FoundPart[] = [];
  // One is what there is; a server that ignored the key would give the whole archive.
  const bounds = { expected: 1, atMost: 1 };
  const answer = await askAllPages(context, { ...question, limit: 2 }, (record) => take(parts, record), bounds).catch(
    unlessAboutQuestion,
  );
  if (!answer) {
    context.notice(
      'WARN',
      'Not searched',
      `it does not search for a ${kind} without the study; ask by Study Instance UID.`,
    );
  }
  return parts;
}

function take(parts: FoundPart[], record: DicomJson): void {
  const [study, series] = [studyOf(record), seriesOf(record)];
  // Both become a part of later addresses.
  if (!study || !series || !isUid(study.studyInstanceUid) || !isUid(series.seriesInstanceUid)) return;
  parts.push({
    around: { patient: patientOf(record), study },
    studyInstanceUid: study.studyInstanceUid,
    series,
    instances: countOf(record, Tag.NumberOfSeriesRelatedInstances),
    instance: instanceOf(record),
  });
}

/** `part` with the attributes of its series, where the server does not give them with an instance. */
async function withSeries(context: SearchContext, part: FoundPart): Promise<FoundPart> {
  const { studyInstanceUid } = part;
  let { series } = part;
  await askAllPages(
    context,
    { level: 'series', resource: `studies/${studyInstanceUid}/series`, include: included(context, SERIES_WISHES) },
    (record) => {
      const found = seriesOf(record);
      if (found?.seriesInstanceUid === series.seriesInstanceUid) series = found;
    },
  );
  return { ...part, series };
}
