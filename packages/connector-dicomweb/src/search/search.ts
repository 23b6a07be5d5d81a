import {
  type Depth,
  filterStudies,
  identifierKindsOf,
  PatientTree,
  type SearchCriteria,
  type SearchResult,
  type StudyFilters,
} from '@pacs-connectors/connector-core';
import { type FoundPart, partsBySeriesUid, partsBySopUid } from './study-parts.js';
import { contentOfListedStudies } from './uid-queries.js';
import { type SearchContext } from './search-context.js';
import { type ContentSink, contentOfStudy, instancesOfSeries, seriesOfStudy } from './study-content.js';
import { reportUnappliedFilters } from './unapplied-filters.js';
import { type FoundStudy, studiesByAccessionNumber, studiesByUid, studiesOfPatient } from './study-search.js';

/**
 * One search of one server. It queries the studies first and applies the filters. Then it queries the content of the remaining
 * studies, as deep as `depth`.
 */
export class Search {
  constructor(
    private readonly context: SearchContext,
    private readonly criteria: SearchCriteria,
    private readonly depth: Depth,
  ) {}

  /** Runs the search. @throws ConnectorError if no answer is possible. */
  async run(): Promise<SearchResult> {
    const { context, criteria, depth } = this;
    if (identifierKindsOf(criteria).length === 0) return { patients: [], notices: [] };
    const { support } = context;
    const includeFieldBefore = support.includeField;
    const [whole, first] = await Promise.all([wholeStudies(context, criteria), partsOfStudies(context, criteria)]);
    const known = new Set(whole.map(({ study }) => study.studyInstanceUid));
    const around = await studiesAround(
      context,
      first.filter(({ studyInstanceUid }) => !known.has(studyInstanceUid)),
    );
    // Only now it is known how to request attributes. Earlier answers lack them.
    const parts =
      support.includeField === 'all' && includeFieldBefore === undefined
        ? await partsOfStudies(context, criteria)
        : first;

    const wanted = wantedStudies([...whole, ...around], criteria.filters);
    const tree = new PatientTree();
    const content = contentInto(tree, [...whole, ...around], wanted);
    const wantedParts = parts.filter(({ studyInstanceUid }) => wanted.has(studyInstanceUid));
    await Promise.all([
      fillStudies(context, uniqueStudies(whole).filter(isIn(wanted)), depth, content),
      // A requested series or instance is in the tree at any depth.
      ...wantedParts
        .filter(({ studyInstanceUid }) => !known.has(studyInstanceUid) || depth !== 'instance')
        .map((part) => fillPart(context, part, depth, content)),
    ]);
    if (tree.conflicts.size > 0) {
      context.notices.conflictingParents(tree.conflicts.size);
    }
    const patients = tree.result();
    const found = uniqueStudies([...whole, ...around]).map(({ study }) => study);
    reportUnappliedFilters(
      context.notices,
      criteria.filters,
      found,
      patients.flatMap(({ studies }) => studies),
    );
    return { patients, notices: context.notices.list() };
  }
}

async function wholeStudies(context: SearchContext, criteria: SearchCriteria): Promise<FoundStudy[]> {
  const found = await Promise.all([
    ...criteria.patientIds.map((asked) => studiesOfPatient(context, asked)),
    ...[...new Set(criteria.accessionNumbers)].map((value) => studiesByAccessionNumber(context, value)),
    studiesByUid(context, criteria.studyInstanceUids),
  ]);
  return found.flat();
}

async function partsOfStudies(context: SearchContext, criteria: SearchCriteria): Promise<FoundPart[]> {
  const found = await Promise.all([
    ...[...new Set(criteria.seriesInstanceUids)].map((uid) => partsBySeriesUid(context, uid)),
    ...[...new Set(criteria.sopInstanceUids)].map((uid) => partsBySopUid(context, uid)),
  ]);
  return found.flat();
}

/** Finds the studies of `parts`. A study that is not found by its UID is taken from the part. */
async function studiesAround(context: SearchContext, parts: readonly FoundPart[]): Promise<FoundStudy[]> {
  const around = new Map(parts.map((part) => [part.studyInstanceUid, part.around]));
  for (const found of await studiesByUid(context, [...around.keys()])) around.set(found.study.studyInstanceUid, found);
  return [...around.values()];
}

/** Returns the UIDs of the studies that pass `filters`, as far as the studies alone can show. */
function wantedStudies(found: readonly FoundStudy[], filters: StudyFilters): Set<string> {
  const tree = new PatientTree();
  for (const { patient, study } of found) tree.study(tree.patient(patient), study);
  // The newest studies with a modality cannot be chosen before the modalities of all are known.
  const modalitiesMissing = found.some(({ study }) => study.modalitiesInStudy === undefined);
  const early =
    filters.modalitiesInStudy?.length && modalitiesMissing ? { ...filters, mostRecentResults: undefined } : filters;
  return new Set(
    filterStudies(tree.result(), early).flatMap(({ studies }) => studies.map((study) => study.studyInstanceUid)),
  );
}

/** Puts the `wanted` studies into the tree, and returns the sink for their content. */
function contentInto(tree: PatientTree, found: readonly FoundStudy[], wanted: ReadonlySet<string>): ContentSink {
  const studies = new Map<string, ReturnType<PatientTree['study']>>();
  for (const { patient, study } of found) {
    if (wanted.has(study.studyInstanceUid)) {
      studies.set(study.studyInstanceUid, tree.study(tree.patient(patient), study));
    }
  }
  const series = new Map<string, ReturnType<PatientTree['seriesOf']>>();
  return {
    series(studyInstanceUid, attributes) {
      const study = studies.get(studyInstanceUid);
      if (study) series.set(attributes.seriesInstanceUid, tree.seriesOf(study, attributes));
    },
    instance(studyInstanceUid, seriesInstanceUid, instance) {
      const study = studies.get(studyInstanceUid);
      if (study) tree.instance(series.get(seriesInstanceUid) ?? tree.seriesOf(study, { seriesInstanceUid }), instance);
    },
  };
}

async function fillStudies(
  context: SearchContext,
  studies: readonly FoundStudy[],
  depth: Depth,
  content: ContentSink,
): Promise<void> {
  if (depth === 'study') return;
  const rest = await contentOfListedStudies(context, studies, depth, content);
  await Promise.all(
    rest.map((found) =>
      depth === 'series' ? seriesOfStudy(context, found, content) : contentOfStudy(context, found, content),
    ),
  );
}

async function fillPart(context: SearchContext, part: FoundPart, depth: Depth, content: ContentSink): Promise<void> {
  const { studyInstanceUid, series, instance, instances } = part;
  content.series(studyInstanceUid, series);
  if (instance) content.instance(studyInstanceUid, series.seriesInstanceUid, instance);
  else if (depth === 'instance') {
    await instancesOfSeries(context, studyInstanceUid, series.seriesInstanceUid, content, instances);
  }
}

function uniqueStudies(studies: readonly FoundStudy[]): FoundStudy[] {
  const byUid = new Map<string, FoundStudy>();
  for (const found of studies)
    if (!byUid.has(found.study.studyInstanceUid)) byUid.set(found.study.studyInstanceUid, found);
  return [...byUid.values()];
}

function isIn(wanted: ReadonlySet<string>): (found: FoundStudy) => boolean {
  return ({ study }) => wanted.has(study.studyInstanceUid);
}
