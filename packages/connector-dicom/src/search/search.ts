import {
  filterResult,
  filterStudies,
  PatientTree,
  type SearchCriteria,
  type SearchOptions,
  type SearchResult,
  type Study,
} from '@pacs-connectors/connector-core';
import { type StudyAnswer } from './answers.js';
import { type Archive } from './archive.js';
import { type PartFault } from './study-keys.js';
import { type Content, joinContent } from './content.js';
import { shortfallOf } from './partial-results.js';
import { type DimseError } from '../dimse/dimse-error.js';
import { isRefusal } from './find-scu.js';
import { StudyContent, type WholeStudy } from './study-content.js';
import { FoundStudies } from './found-studies.js';
import { Notices } from './notices.js';
import { findParts } from './study-parts.js';
import { findSilentCuts } from './end-of-content.js';
import { type SupportChecks } from './support-checks.js';
import { StudySearch } from './study-search.js';
import { type QuerySupport } from './query-support.js';

/** Runs one search in one archive. It finds the studies, the wanted part of each, and its content. */
export class Search {
  private readonly notices: Notices;
  private readonly studies: StudySearch;
  private readonly content: StudyContent;
  private found = new FoundStudies();
  /** The first fault below the studies that is not a refusal. */
  private fault: DimseError | undefined;

  constructor(
    private readonly connectorId: string,
    private readonly archive: Archive,
    relational: QuerySupport,
    matchingKeys: QuerySupport,
    checks: SupportChecks,
    private readonly criteria: SearchCriteria,
    private readonly depth: SearchOptions['depth'],
  ) {
    this.notices = new Notices(connectorId);
    this.studies = new StudySearch(archive, relational, matchingKeys, criteria, this.notices);
    this.content = new StudyContent(archive, relational, checks, (fault) => this.onFault(fault));
  }

  /** @throws DimseError if nothing can be found because of faults. */
  async run(): Promise<SearchResult> {
    const { filters, patientIds } = this.criteria;
    if (this.depth === 'instance' && Object.values(filters).every((filter) => filter === undefined)) {
      for (const { id } of patientIds) this.content.startPatient(id);
    }
    this.found = await this.studies.find();
    const certain = this.knowsModalities();
    const wanted = this.filter(this.found.tree(), certain ? filters : { ...filters, mostRecentResults: undefined });
    if (this.depth === 'study') return this.result(wanted, { series: [], instances: [] });
    const branches = await this.branchesOf(wanted);
    return this.result(certain ? wanted : this.filter(this.assemble(wanted, branches), filters), branches);
  }

  /** Returns whether the modalities of the studies are known. Modalities in Study is optional; without it the series have them. */
  private knowsModalities(): boolean {
    const { filters } = this.criteria;
    return (
      !filters.modalitiesInStudy?.length ||
      filters.mostRecentResults === undefined ||
      [...this.found.answers.values()].every(({ study }) => study.modalitiesInStudy !== undefined)
    );
  }

  private filter(tree: PatientTree, filters: SearchCriteria['filters']): Set<string> {
    const { mostRecentResults, ...others } = filters;
    const patients = filterStudies(tree.result(), others);
    // The studies that are left out here are not counted later.
    const newest = filterResult(this.connectorId, { patients, notices: [] }, { mostRecentResults });
    this.notices.addAll(newest.notices);
    const kept: Study[] = newest.patients.flatMap(({ studies }) => studies);
    return new Set(kept.map(({ studyInstanceUid }) => studyInstanceUid));
  }

  /** Returns the content of `wanted`, to which studies are added that are found meanwhile. */
  private async branchesOf(wanted: Set<string>): Promise<Content> {
    const { archive, depth, found } = this;
    const whole = [...wanted].filter((uid) => found.isWhole(uid)).map((uid) => found.keyOf(uid));
    const inPart = new Set([...wanted].filter((uid) => !found.isWhole(uid)));
    const [below, parts] = await Promise.all([
      this.below(whole, wanted),
      findParts(archive, found, inPart, depth, (fault) => this.onFault(fault)),
    ]);
    const branches = joinContent(below, parts);
    if (this.fault && branches.series.length === 0 && branches.instances.length === 0) throw this.fault;
    for (const { level, limit, studyInstanceUids } of await findSilentCuts(archive, whole, below)) {
      this.notices.cutSilently(level, limit, studyInstanceUids);
    }
    if (depth === 'instance') {
      const series = [...below.series, ...parts.wholeSeries];
      this.notices.fewerThanCounted(shortfallOf(whole, series, branches, this.notices.faultyUids));
    }
    return branches;
  }

  private async below(whole: readonly WholeStudy[], wanted: Set<string>): Promise<Content> {
    const { archive, content, found } = this;
    if (this.depth === 'series') {
      return { series: await archive.seriesOfStudies(whole, (fault) => this.onFault(fault)), instances: [] };
    }
    const branches = await content.find(whole, found.patientsWhollyIn(whole), found.listedUids);
    const unlisted = await this.studies.findUnlisted([...content.unlistedStudies]);
    const uids = unlisted.map(({ study }) => study.studyInstanceUid);
    for (const uid of uids) wanted.add(uid);
    return joinContent(branches, await content.hierarchically(uids.map((uid) => found.keyOf(uid))));
  }

  private assemble(wanted: ReadonlySet<string>, branches: Content): PatientTree {
    const tree = new PatientTree();
    const studies = new Map<string, Study>();
    const series = new Map<string, ReturnType<PatientTree['seriesOf']>>();
    for (const uid of wanted) {
      const answer = this.found.answers.get(uid) as StudyAnswer;
      // The archive states the modalities of the whole study.
      const partial = this.depth !== 'study' && !this.found.isWhole(uid);
      const study = partial ? { ...answer.study, modalitiesInStudy: undefined } : answer.study;
      studies.set(uid, tree.study(tree.patient(answer.patient), study));
    }
    for (const { studyInstanceUid, series: attributes } of branches.series) {
      const study = studies.get(studyInstanceUid);
      if (study) series.set(attributes.seriesInstanceUid, tree.seriesOf(study, attributes));
    }
    for (const { seriesInstanceUid, instance } of branches.instances) {
      const parent = series.get(seriesInstanceUid);
      if (parent) tree.instance(parent, { ...instance });
    }
    return tree;
  }

  private result(wanted: ReadonlySet<string>, branches: Content): SearchResult {
    const { notices } = this;
    const tree = this.assemble(wanted, branches);
    const patients = tree.result();
    if (tree.conflicts.size > 0) notices.conflictingParents(tree.conflicts.size);
    notices.omissions(this.archive.scu.omissions);
    return { patients, notices: notices.list() };
  }

  private onFault(fault: PartFault): void {
    if (!isRefusal(fault.error)) this.fault ??= fault.error;
    this.notices.fault(fault);
  }
}
