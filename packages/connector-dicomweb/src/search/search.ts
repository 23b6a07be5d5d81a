import {
  type Depth,
  emptyCriteria,
  filterStudies,
  identifierKindsOf,
  PatientTree,
  type SearchCriteria,
  type SearchResult,
  type Study,
  type StudyFilters,
} from '@pacs-connectors/connector-core';
import { type FoundPart, partsBySeriesUid, partsBySopUid } from './study-parts.js';
import { contentOfListedStudies } from './uid-queries.js';
import { type SearchContext } from './search-context.js';
import { type ContentSink, contentOfStudy, instancesOfSeries, seriesOfStudy } from './study-content.js';
import { settled } from './settled.js';
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
    const includeBefore = support.include.get('study');
    const { whole, parts: first } = await studiesAndParts(context, criteria);
    const known = new Set(whole.map(({ study }) => study.studyInstanceUid));
    const around = await studiesAround(
      context,
      first.filter(({ studyInstanceUid }) => !known.has(studyInstanceUid)),
    );
    const include = support.include.get('study');
    const isLearnt = includeBefore === undefined && (include === 'all' || include === 'repeated');
    // Only now it is known how to request attributes. Earlier answers lack them.
    const parts = isLearnt && first.length > 0 ? await partsAgain(context, criteria, first) : first;

    const wanted = wantedStudies(context, [...whole, ...around], criteria.filters);
    const tree = new PatientTree();
    const content = contentInto(tree, [...whole, ...around], wanted);
    const wantedParts = parts.filter(({ studyInstanceUid }) => wanted.has(studyInstanceUid));
    const failures = new Failures();
    await Promise.all([
      fillStudies(context, uniqueStudies(whole).filter(isIn(wanted)), depth, content, failures),
      // A requested series or instance is in the tree at any depth.
      ...wantedParts
        .filter(({ studyInstanceUid }) => !known.has(studyInstanceUid) || depth !== 'instance')
        .map((part) => failures.of(part.studyInstanceUid, fillPart(context, part, depth, content))),
    ]);
    const patients = tree.result();
    const studies = patients.flatMap((patient) => patient.studies);
    if (studies.every(({ series }) => series.length === 0)) failures.throwFirst();
    failures.report(context);
    if (depth === 'instance') reportEmptySeries(context, studies, failures.studies);
    if (tree.conflicts.size > 0) context.notices.conflictingParents(tree.conflicts.size);
    const found = uniqueStudies([...whole, ...around]).map(({ study }) => study);
    reportUnappliedFilters(context.notices, criteria.filters, found, studies);
    return { patients, notices: context.notices.list() };
  }
}

/** The studies whose content could not be queried, and why. */
class Failures {
  private readonly byStudy = new Map<string, unknown>();

  get studies(): ReadonlySet<string> {
    return new Set(this.byStudy.keys());
  }

  /** Waits for the content of a study. A failure is kept. */
  async of(studyInstanceUid: string, work: Promise<unknown>): Promise<void> {
    await work.catch((error: unknown) => this.byStudy.set(studyInstanceUid, error));
  }

  throwFirst(): void {
    for (const error of this.byStudy.values()) throw error;
  }

  /** Adds a notice for each reason. */
  report(context: SearchContext): void {
    for (const [uid, error] of this.byStudy) context.notices.studyFailed(uid, context.errorOf(error));
  }
}

/** A series is a set of instances (PS3.3 A.1.2.3), so the instances of an empty one are missing. */
function reportEmptySeries(context: SearchContext, studies: readonly Study[], failed: ReadonlySet<string>): void {
  for (const { studyInstanceUid, series } of studies) {
    if (failed.has(studyInstanceUid)) continue;
    const empty = series.filter(({ instances }) => instances.length === 0).length;
    if (empty > 0) context.notices.seriesWithoutInstances(empty, studyInstanceUid);
  }
}

/** Queries all identifiers. */
async function studiesAndParts(
  context: SearchContext,
  criteria: SearchCriteria,
): Promise<{ whole: FoundStudy[]; parts: FoundPart[] }> {
  const { patientIds, studyInstanceUids } = criteria;
  const [accessionNumbers, seriesInstanceUids, sopInstanceUids] = [
    new Set(criteria.accessionNumbers),
    new Set(criteria.seriesInstanceUids),
    new Set(criteria.sopInstanceUids),
  ];
  const kinds = [patientIds.length, accessionNumbers.size, studyInstanceUids.length && 1];
  const searches = [...kinds, seriesInstanceUids.size, sopInstanceUids.size].reduce((sum, size) => sum + size, 0);
  const limited = searches > 1 ? context.withPartOfTime() : context;
  const whole: FoundStudy[] = [];
  const parts: FoundPart[] = [];
  const into = async <Found>(found: Found[], search: Promise<Found[]>) => void found.push(...(await search));
  await settled(context, [
    ...patientIds.map((asked) => into(whole, studiesOfPatient(limited, asked))),
    ...[...accessionNumbers].map((value) => into(whole, studiesByAccessionNumber(limited, value))),
    ...(studyInstanceUids.length > 0 ? [into(whole, studiesByUid(limited, studyInstanceUids))] : []),
    ...[...seriesInstanceUids].map((uid) => into(parts, partsBySeriesUid(limited, uid))),
    ...[...sopInstanceUids].map((uid) => into(parts, partsBySopUid(limited, uid))),
  ]);
  return { whole, parts };
}

/** Queries parts once more. @returns the parts that were known if that fails. */
async function partsAgain(
  context: SearchContext,
  { seriesInstanceUids, sopInstanceUids }: SearchCriteria,
  known: FoundPart[],
): Promise<FoundPart[]> {
  const criteria = { ...emptyCriteria(), seriesInstanceUids, sopInstanceUids };
  const again = await context.optional((limited) => studiesAndParts(limited, criteria));
  return again && again.parts.length >= known.length ? again.parts : known;
}

/** Finds the studies of `parts`. A study that is not found by its UID is taken from the part. */
async function studiesAround(context: SearchContext, parts: readonly FoundPart[]): Promise<FoundStudy[]> {
  const around = new Map(parts.map((part) => [part.studyInstanceUid, part.around]));
  const found = await context.optional((limited) => studiesByUid(limited, [...around.keys()]));
  for (const one of found ?? []) around.set(one.study.studyInstanceUid, one);
  return [...around.values()];
}

/**
 * Returns the UIDs of the studies that pass `filters`, as far as the studies alone can show. A notice counts the studies that
 * `mostRecentResults` leaves out because their date cannot be read: callers do not see them any more.
 */
function wantedStudies(context: SearchContext, found: readonly FoundStudy[], filters: StudyFilters): Set<string> {
  const tree = new PatientTree();
  for (const { patient, study } of found) tree.study(tree.patient(patient), study);
  const { mostRecentResults, ...others } = filters;
  let patients = filterStudies(tree.result(), others);
  // The newest studies with a modality cannot be chosen before the modalities of all are known.
  const modalitiesMissing = found.some(({ study }) => study.modalitiesInStudy === undefined);
  if (!(filters.modalitiesInStudy?.length && modalitiesMissing)) {
    const newest = context.filter(patients, { mostRecentResults });
    patients = newest.patients;
    context.notices.addAll(newest.notices);
  }
  return new Set(patients.flatMap(({ studies }) => studies.map((study) => study.studyInstanceUid)));
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
  failures: Failures,
): Promise<void> {
  if (depth === 'study') return;
  const rest = await contentOfListedStudies(context, studies, depth, content);
  const contentOf = depth === 'series' ? seriesOfStudy : contentOfStudy;
  await Promise.all(rest.map((found) => failures.of(found.study.studyInstanceUid, contentOf(context, found, content))));
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
