import { seriesOf, Tag, textOf } from '../json/dicom-json.js';
import { type SearchContext } from './search-context.js';
import { askRelational, type Content, included, takeInstance } from './study-content.js';
import { INSTANCE_WITH_SERIES_WISHES, SERIES_WISHES } from './wishes.js';
import { type FoundStudy } from './study-questions.js';

/** Fewer studies are as quickly asked one by one. */
const FEWEST_STUDIES = 3;
/** One answer holds no more than this; a larger patient is asked study by study, side by side. */
const MOST_RESULTS = 4_000;

/**
 * The content of all `studies` of one patient by one question, where the server does that and the answer can be proved by its
 * own counts.
 *
 * @param studies those that are wanted, all found by one Patient ID.
 * @returns those whose content is still missing.
 */
export async function contentOfPatient(
  context: SearchContext,
  studies: readonly FoundStudy[],
  depth: 'series' | 'instance',
  content: Content,
): Promise<readonly FoundStudy[]> {
  const patientId = studies[0]?.askedPatientId;
  const expectedOf = (found: FoundStudy) => (depth === 'series' ? found.series : found.instances);
  const expected = studies.reduce((sum, found) => sum + (expectedOf(found) ?? Number.NaN), 0);
  const { knowledge } = context;
  const worthIt =
    patientId !== undefined &&
    studies.length >= FEWEST_STUDIES &&
    expected <= MOST_RESULTS &&
    knowledge.relational !== false &&
    !(depth === 'instance' && knowledge.seriesInInstances === false);
  if (!worthIt) return studies;

  const missing = new Map(studies.map((found) => [found.study.studyInstanceUid, expectedOf(found) as number]));
  let withoutSeries = false;
  const include = depth === 'series' ? SERIES_WISHES : INSTANCE_WITH_SERIES_WISHES;
  await askRelational(
    context,
    {
      level: depth,
      resource: depth === 'series' ? 'series' : 'instances',
      match: [['PatientID', patientId]],
      include: included(context, include),
    },
    expected,
    (record) => {
      const uid = textOf(record, Tag.StudyInstanceUID);
      const left = uid === undefined ? undefined : missing.get(uid);
      // Of a study that is not wanted, or of another patient.
      if (uid === undefined || left === undefined) return;
      if (record[Tag.Modality] === undefined) withoutSeries = true;
      const series = seriesOf(record);
      if (!series) return;
      if (depth === 'series') content.series(uid, series);
      else takeInstance(record, uid, content);
      missing.set(uid, left - 1);
    },
  );
  if (withoutSeries && depth === 'instance') {
    knowledge.seriesInInstances = false;
    return studies;
  }
  const rest = studies.filter(({ study }) => (missing.get(study.studyInstanceUid) ?? 0) > 0);
  knowledge.relational = rest.length === 0;
  return rest;
}
