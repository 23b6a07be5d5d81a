import {
  filterStudies,
  PatientTree,
  type SearchCriteria,
  type SearchOptions,
  type SearchResult,
  type Study,
} from '@pacs-connectors/connector-core';
import { type StudyAnswer } from './answers.js';
import { type Archive, type OnRefusal } from './archive.js';
import { type Branches, join } from './content.js';
import { shortfallOf } from './partial-results.js';
import { Descent, type WholeStudy } from './study-content.js';
import { FoundStudies } from './found-studies.js';
import { Notices } from './notices.js';
import { partsOf } from './study-parts.js';
import { type Proofs } from './support-checks.js';
import { StudyFinder } from './study-search.js';
import { type Trust } from './query-support.js';

/** One question to one archive, from its criteria to the tree: the studies, what of them is wanted, and what lies below. */
export class Search {
  private readonly notices: Notices;
  private readonly finder: StudyFinder;
  private readonly descent: Descent;
  private found = new FoundStudies();

  constructor(
    connectorId: string,
    private readonly archive: Archive,
    relational: Trust,
    proofs: Proofs,
    private readonly criteria: SearchCriteria,
    private readonly depth: SearchOptions['depth'],
  ) {
    this.notices = new Notices(connectorId);
    this.finder = new StudyFinder(archive, relational, criteria, this.notices);
    this.descent = new Descent(archive, relational, proofs, this.refusalOf('series or images'));
  }

  /** @throws DimseError where nothing can be had. */
  async run(): Promise<SearchResult> {
    const { filters, patientIds } = this.criteria;
    if (this.depth === 'instance' && Object.values(filters).every((filter) => filter === undefined)) {
      for (const { id } of patientIds) this.descent.startPatient(id);
    }
    this.found = await this.finder.find();
    const certain = this.knowsModalities();
    const wanted = this.filter(this.found.tree(), certain ? filters : { ...filters, mostRecentResults: undefined });
    if (this.depth === 'study') return this.result(wanted, { series: [], instances: [] });
    const branches = await this.branchesOf(wanted);
    return this.result(certain ? wanted : this.filter(this.assemble(wanted, branches), filters), branches);
  }

  /** Modalities in Study is optional for an archive: without it, the series have to tell which studies are the newest. */
  private knowsModalities(): boolean {
    const { filters } = this.criteria;
    return (
      !filters.modalitiesInStudy?.length ||
      filters.mostRecentResults === undefined ||
      [...this.found.answers.values()].every(({ study }) => study.modalitiesInStudy !== undefined)
    );
  }

  private filter(tree: PatientTree, filters: SearchCriteria['filters']): Set<string> {
    const kept: Study[] = filterStudies(tree.result(), filters).flatMap(({ studies }) => studies);
    return new Set(kept.map(({ studyInstanceUid }) => studyInstanceUid));
  }

  /** What lies below `wanted`, to which studies that come to light meanwhile are added. */
  private async branchesOf(wanted: Set<string>): Promise<Branches> {
    const { archive, depth, found } = this;
    const whole = [...wanted].filter((uid) => found.isWhole(uid)).map((uid) => found.keyOf(uid));
    const inPart = new Set([...wanted].filter((uid) => !found.isWhole(uid)));
    const [below, parts] = await Promise.all([
      this.below(whole, wanted),
      partsOf(archive, found, inPart, depth, this.refusalOf('images')),
    ]);
    const branches = join(below, parts);
    if (depth === 'instance') {
      const series = [...below.series, ...parts.wholeSeries];
      this.notices.lacking(shortfallOf(whole, series, branches, this.notices.refusedUids));
    }
    return branches;
  }

  private async below(whole: readonly WholeStudy[], wanted: Set<string>): Promise<Branches> {
    const { archive, descent, found } = this;
    if (this.depth === 'series') {
      return { series: await archive.seriesOfStudies(whole, this.refusalOf('series')), instances: [] };
    }
    const branches = await descent.descend(whole, found.patientsWhollyIn(whole), found.metUids);
    const late = await this.finder.findLate([...descent.unknownStudies]);
    const uids = late.map(({ study }) => study.studyInstanceUid);
    for (const uid of uids) wanted.add(uid);
    return join(branches, await descent.hierarchically(uids.map((uid) => found.keyOf(uid))));
  }

  private assemble(wanted: ReadonlySet<string>, branches: Branches): PatientTree {
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

  private result(wanted: ReadonlySet<string>, branches: Branches): SearchResult {
    const { notices } = this;
    const { withoutKey, withoutUid } = this.archive.conversation;
    const tree = this.assemble(wanted, branches);
    const patients = tree.result();
    if (tree.conflicts.size > 0) {
      notices.add(
        'WARN',
        `lists ${tree.conflicts.size} UIDs under more than one parent; each stands under one of them.`,
      );
    }
    if (withoutUid > 0) notices.add('WARN', 'answered with entries that have no valid UID; they are missing.');
    if (withoutKey > 0) {
      notices.add(
        'WARN',
        'answered with studies that lack the Patient ID or Accession Number that was asked for; they are missing.',
      );
    }
    return { patients, notices: notices.list() };
  }

  private refusalOf(what: string): OnRefusal {
    return (uid, error) => this.notices.refused(what, error, uid);
  }
}
