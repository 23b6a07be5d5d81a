import {
  filterStudies,
  type Notice,
  type PatientIdentifier,
  PatientTree,
  type SearchCriteria,
  type SearchOptions,
  type SearchResult,
  type Study,
} from '@pacs-connectors/connector-core';
import { Tag } from '../dimse/tags.js';
import { type InstanceAnswer, type SeriesAnswer, type StudyAnswer } from './answers.js';
import { type Archive, type StudyKey } from './archive.js';
import { type Branches, countByStudy, join } from './branches.js';
import { isRefusal } from './conversation.js';
import { Descent } from './descent.js';
import { isUid } from './identifier.js';
import { type Trust } from './trust.js';

/** The part of a study that is wanted: the whole, or some series, or some instances. */
interface Scope {
  whole: boolean;
  /** Series UIDs: the whole series where the set is empty, else these SOP Instance UIDs. */
  series: Map<string, Set<string>>;
}

/** One question to one archive, from its criteria to the tree. */
export class Search {
  private readonly studies = new Map<string, StudyAnswer>();
  private readonly scopes = new Map<string, Scope>();
  /** Studies that were met and are not wanted: another issuer's. */
  private readonly excluded = new Set<string>();
  private readonly wholePatients = new Set<string>();
  private readonly refusals = new Map<string, { parts: number; error: Error }>();
  private readonly notices: Notice[] = [];
  private readonly descent: Descent;
  private seriesFound: SeriesAnswer[] = [];
  private instancesFound: InstanceAnswer[] = [];

  constructor(
    private readonly connectorId: string,
    private readonly archive: Archive,
    private readonly relational: Trust,
    private readonly criteria: SearchCriteria,
    private readonly depth: SearchOptions['depth'],
  ) {
    this.descent = new Descent(archive, relational, (_uid, error) => this.refused('series or images', error));
  }

  /** @throws DimseError where nothing can be had. */
  async run(): Promise<SearchResult> {
    const { filters, patientIds } = this.criteria;
    if (this.depth === 'instance' && Object.values(filters).every((filter) => filter === undefined)) {
      for (const { id } of patientIds) this.descent.startPatient(id);
    }
    await this.findStudies();
    let wanted = this.filter(
      this.studyTree(),
      this.knowsModalities() ? filters : { ...filters, mostRecentResults: undefined },
    );
    if (this.depth === 'study') return this.result(wanted, { series: [], instances: [] });
    const branches = await this.branchesOf(wanted);
    if (!this.knowsModalities()) {
      wanted = this.filter(this.assemble(wanted, branches), filters);
    }
    return this.result(wanted, branches);
  }

  /** Every study that the criteria name, and which part of it. */
  private async findStudies(): Promise<void> {
    const { patientIds, accessionNumbers, studyInstanceUids, seriesInstanceUids, sopInstanceUids } = this.criteria;
    const asked: [boolean, () => Promise<void>][] = [
      ...unique(patientIds).map((id): [boolean, () => Promise<void>] => [true, () => this.findPatient(id)]),
      ...unique(accessionNumbers).map((number): [boolean, () => Promise<void>] => [
        true,
        async () => this.addWhole(await this.archive.studiesBy(Tag.accessionNumber, number)),
      ]),
      [
        studyInstanceUids.length > 0,
        async () => this.addWhole(await this.archive.studiesByUid(studyInstanceUids.filter(isUid))),
      ],
      [
        seriesInstanceUids.length > 0,
        async () => void (this.seriesFound = await this.archive.seriesByUid(seriesInstanceUids.filter(isUid))),
      ],
      [
        sopInstanceUids.length > 0,
        async () => void (this.instancesFound = await this.archive.instancesByUid(sopInstanceUids.filter(isUid))),
      ],
    ];
    const questions = asked.filter(([has]) => has).map(([, ask]) => ask);
    let refused = 0;
    await this.archive.conversation.forEach(questions, async (ask) => {
      try {
        await ask();
      } catch (error) {
        if (!isRefusal(error) || (refused += 1) === questions.length) throw error;
        this.refused('a part of what was asked for', error);
      }
    });
    await this.addParts();
  }

  private async findPatient(asked: PatientIdentifier): Promise<void> {
    const modality = this.onlyModality();
    const answers = await this.archive.studiesBy(Tag.patientId, asked.id, modality);
    const own = ofIssuer(answers, asked);
    this.addWhole(own);
    const [first] = own;
    if (!first) for (const { study } of answers) this.excluded.add(study.studyInstanceUid);
    else if (own.length === answers.length && !modality) this.wholePatients.add(first.patient.patientId);
    else for (const { study } of answers) this.excluded.add(study.studyInstanceUid);
  }

  /**
   * The filter that the archive can apply without losing anything: one modality. Not pushed to it: several modalities, which
   * have no matching; dates, since a range never matches a study without one, which is wanted; texts in the description,
   * since letter case and accents count for an archive.
   */
  private onlyModality(): string | undefined {
    const [first, ...others] = this.criteria.filters.modalitiesInStudy ?? [];
    const modality = first?.trim().toUpperCase();
    return modality && others.length === 0 && /^[A-Z0-9 _]{1,16}$/.test(modality) ? modality : undefined;
  }

  private addWhole(answers: readonly StudyAnswer[]): void {
    for (const answer of answers) {
      const uid = answer.study.studyInstanceUid;
      if (!this.studies.has(uid)) this.studies.set(uid, answer);
      this.scopes.set(uid, { whole: true, series: new Map() });
    }
  }

  /**
   * Says so where a UID that was asked for alone was not found by a peer that has never answered such a question: many
   * answer it with nothing, whatever they hold.
   */
  private doubtAbsence(what: string, asked: readonly string[], found: ReadonlySet<string>): void {
    const shape = `${what} by UID alone`;
    if (found.size > 0) this.relational.prove(shape, found.size);
    const absent = new Set(asked.filter((uid) => isUid(uid) && !found.has(uid)));
    if (absent.size === 0 || this.relational.isTrusted(shape)) return;
    this.notice(
      'WARN',
      `${absent.size} of the ${what} asked for by their UID alone were not found: archive ${this.connectorId} has not shown that it can search so, and may hold them all the same. Ask by the study or the patient.`,
    );
  }

  /** The studies of the series and instances that were found by their own UIDs. */
  private async addParts(): Promise<void> {
    const { seriesInstanceUids, sopInstanceUids } = this.criteria;
    const seriesUids = new Set(this.seriesFound.map(({ series }) => series.seriesInstanceUid));
    const sopUids = new Set(this.instancesFound.map(({ instance }) => instance.sopInstanceUid));
    this.doubtAbsence('series', seriesInstanceUids, seriesUids);
    this.doubtAbsence('images', sopInstanceUids, sopUids);
    for (const { studyInstanceUid, series } of this.seriesFound) {
      const scope = this.scopeOf(studyInstanceUid);
      if (!scope.whole) scope.series.set(series.seriesInstanceUid, new Set());
    }
    for (const { studyInstanceUid, seriesInstanceUid, instance } of this.instancesFound) {
      const scope = this.scopeOf(studyInstanceUid);
      if (scope.whole || seriesUids.has(seriesInstanceUid)) continue;
      const sops = scope.series.get(seriesInstanceUid) ?? new Set();
      scope.series.set(seriesInstanceUid, sops.add(instance.sopInstanceUid));
    }
    const unknown = [...this.scopes.keys()].filter((uid) => !this.studies.has(uid));
    for (const answer of await this.archive.studiesByUid(unknown)) {
      this.studies.set(answer.study.studyInstanceUid, answer);
    }
    const orphans = unknown.filter((uid) => !this.studies.has(uid));
    for (const uid of orphans) this.scopes.delete(uid);
    if (orphans.length > 0) {
      this.notice(
        'ERROR',
        `Images of ${orphans.length} studies are missing: archive ${this.connectorId} lists them, but not their study.`,
      );
    }
  }

  private scopeOf(studyUid: string): Scope {
    let scope = this.scopes.get(studyUid);
    if (!scope) this.scopes.set(studyUid, (scope = { whole: false, series: new Map() }));
    return scope;
  }

  /** Modalities in Study is optional for an archive: without it, the series have to tell. */
  private knowsModalities(): boolean {
    const { filters } = this.criteria;
    return (
      !filters.modalitiesInStudy?.length ||
      filters.mostRecentResults === undefined ||
      [...this.studies.values()].every(({ study }) => study.modalitiesInStudy !== undefined)
    );
  }

  private studyTree(): PatientTree {
    const tree = new PatientTree();
    for (const uid of this.scopes.keys()) {
      const answer = this.studies.get(uid);
      if (answer) tree.study(tree.patient(answer.patient), answer.study);
    }
    return tree;
  }

  private filter(tree: PatientTree, filters: SearchCriteria['filters']): Set<string> {
    const kept: Study[] = filterStudies(tree.result(), filters).flatMap(({ studies }) => studies);
    return new Set(kept.map(({ studyInstanceUid }) => studyInstanceUid));
  }

  private async branchesOf(wanted: ReadonlySet<string>): Promise<Branches> {
    const keys = [...wanted].map((uid) => this.keyOf(uid));
    const whole = keys.filter(({ studyInstanceUid }) => this.scopes.get(studyInstanceUid)?.whole);
    const parts = keys.filter(({ studyInstanceUid }) => !this.scopes.get(studyInstanceUid)?.whole);
    const [below, ofParts] = await Promise.all([this.wholeStudies(whole), this.partsOf(parts)]);
    return join(below, ofParts);
  }

  private async wholeStudies(whole: readonly StudyKey[]): Promise<Branches> {
    if (this.depth === 'series') {
      const series = await this.archive.seriesOfStudies(whole, (_uid, error) => this.refused('series', error));
      return { series, instances: [] };
    }
    const known = new Set([...this.studies.keys(), ...this.excluded]);
    const branches = await this.descent.descend(whole, this.patientsIn(whole), known);
    this.checkCounts(whole, branches);
    const late = await this.archive.studiesByUid([...this.descent.unknownStudies]);
    const own = late.filter(({ patient }) =>
      this.criteria.patientIds.some((asked) => asked.id === patient.patientId && ofIssuer(late, asked).length > 0),
    );
    if (own.length === 0) return branches;
    this.addWhole(own);
    return join(
      branches,
      await this.descent.hierarchically(own.map(({ study }) => this.keyOf(study.studyInstanceUid))),
    );
  }

  /** The patients of whom every study is among `whole`: they may be asked for as a whole. */
  private patientsIn(whole: readonly StudyKey[]): Set<string> {
    const wanted = new Set(whole.map(({ studyInstanceUid }) => studyInstanceUid));
    const patients = new Set(this.wholePatients);
    for (const [uid, { patient }] of this.studies) if (!wanted.has(uid)) patients.delete(patient.patientId);
    return patients;
  }

  private async partsOf(parts: readonly StudyKey[]): Promise<Branches> {
    const uids = new Set(parts.map(({ studyInstanceUid }) => studyInstanceUid));
    const scopes = new Map([...uids].flatMap((uid) => [...(this.scopes.get(uid) as Scope).series]));
    const attributes = new Set(this.seriesFound.map(({ series }) => series.seriesInstanceUid));
    // Instances that were asked for tell their series' UIDs; the series' attributes have to be asked for.
    const without = parts.filter(({ studyInstanceUid }) =>
      [...(this.scopes.get(studyInstanceUid) as Scope).series.keys()].some((uid) => !attributes.has(uid)),
    );
    const found = await this.archive.seriesOfStudies(without, (_uid, error) => this.refused('series', error));
    const series = [...this.seriesFound, ...found].filter(
      (answer) => uids.has(answer.studyInstanceUid) && scopes.has(answer.series.seriesInstanceUid),
    );
    const some = this.instancesFound.filter(
      ({ studyInstanceUid, seriesInstanceUid }) => uids.has(studyInstanceUid) && scopes.has(seriesInstanceUid),
    );
    if (this.depth === 'series') return { series, instances: [] };
    const keys = series
      .filter((answer) => scopes.get(answer.series.seriesInstanceUid)?.size === 0)
      .map(({ studyInstanceUid, series: { seriesInstanceUid } }) => ({
        ...this.keyOf(studyInstanceUid),
        seriesInstanceUid,
      }));
    const all = await this.archive.instancesOfSeries(keys, (_uid, error) => this.refused('images', error));
    return { series, instances: [...some, ...all] };
  }

  private keyOf(studyInstanceUid: string): StudyKey & { instanceCount?: number } {
    const answer = this.studies.get(studyInstanceUid) as StudyAnswer;
    return { studyInstanceUid, patientId: answer.patient.patientId, instanceCount: answer.instanceCount };
  }

  private checkCounts(whole: readonly StudyKey[], branches: Branches): void {
    const counts = countByStudy(branches);
    let missing = 0;
    for (const { studyInstanceUid } of whole) {
      const stated = this.studies.get(studyInstanceUid)?.instanceCount ?? 0;
      missing += Math.max(0, stated - (counts.get(studyInstanceUid) ?? 0));
    }
    if (missing > 0) {
      this.notice(
        'WARN',
        `Archive ${this.connectorId} counts ${missing} images more in these studies than it lists: they are missing.`,
      );
    }
  }

  private assemble(wanted: ReadonlySet<string>, branches: Branches): PatientTree {
    const tree = new PatientTree();
    const studies = new Map<string, Study>();
    const series = new Map<string, ReturnType<PatientTree['seriesOf']>>();
    for (const uid of new Set([...wanted, ...this.scopesOfLateStudies()])) {
      const answer = this.studies.get(uid) as StudyAnswer;
      const partial = this.depth !== 'study' && !this.scopes.get(uid)?.whole;
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

  private scopesOfLateStudies(): string[] {
    return [...this.descent.unknownStudies].filter((uid) => this.scopes.has(uid));
  }

  private result(wanted: ReadonlySet<string>, branches: Branches): SearchResult {
    const tree = this.assemble(wanted, branches);
    const patients = tree.result();
    for (const [what, { parts, error }] of this.refusals) {
      this.notice('ERROR', `${parts} times the archive refused ${what}, which are missing: ${sentence(error)}`);
    }
    if (tree.conflicts.size > 0) {
      this.notice(
        'WARN',
        `Archive ${this.connectorId} lists ${tree.conflicts.size} UIDs under more than one parent; each stands under one of them.`,
      );
    }
    if (this.archive.conversation.withoutUid > 0) {
      this.notice(
        'WARN',
        `Archive ${this.connectorId} answered with entries that have no valid UID; they are missing.`,
      );
    }
    return { patients, notices: this.notices };
  }

  private refused(what: string, error: Error): void {
    const known = this.refusals.get(what);
    if (known) known.parts += 1;
    else this.refusals.set(what, { parts: 1, error });
  }

  private notice(severity: Notice['severity'], description: string): void {
    this.notices.push({ severity, title: 'Incomplete', description });
  }
}

/**
 * The answers of the patient that was asked for. Whether peers match the issuer differs, so it is never sent; it is matched
 * here: where the archive tells issuers for this Patient ID, only the one that was asked for will do; where it tells none,
 * there is nothing to choose by.
 */
function ofIssuer(answers: readonly StudyAnswer[], { issuer }: PatientIdentifier): StudyAnswer[] {
  const told = answers.some(({ patient }) => patient.issuerOfPatientId !== undefined);
  if (!issuer || !told) return [...answers];
  return answers.filter(({ patient }) => patient.issuerOfPatientId === issuer);
}

function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

function sentence(error: Error & { remedy?: string }): string {
  return error.remedy ? `${error.message}. ${error.remedy}` : error.message;
}
