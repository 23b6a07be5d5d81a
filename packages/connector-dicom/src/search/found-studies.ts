import { PatientTree } from '@pacs-connectors/connector-core';
import { type InstanceAnswer, type SeriesAnswer, type StudyAnswer } from './answers.js';
import { type WholeStudy } from './study-content.js';

/** The part of a study that is wanted: the whole, or some series, or some instances. */
export interface Scope {
  whole: boolean;
  /** Series UIDs: the whole series where the set is empty, else these SOP Instance UIDs. */
  series: Map<string, Set<string>>;
}

/** The studies that the criteria name, and which part of each is wanted. */
export class FoundStudies {
  readonly answers = new Map<string, StudyAnswer>();
  readonly scopes = new Map<string, Scope>();
  /** What the archive has for each Patient ID that was asked for, other issuers' studies too. */
  readonly byPatientId = new Map<string, StudyAnswer[]>();
  /** Patients of whom every study is wanted. */
  readonly wholePatients = new Set<string>();
  /** Series and instances that were found by their own UIDs. */
  series: SeriesAnswer[] = [];
  instances: InstanceAnswer[] = [];

  addWhole(answers: readonly StudyAnswer[]): void {
    for (const answer of answers) {
      const uid = answer.study.studyInstanceUid;
      if (!this.answers.has(uid)) this.answers.set(uid, answer);
      this.scopes.set(uid, { whole: true, series: new Map() });
    }
  }

  /** Makes the series and instances that were found parts of their studies, which may not be known yet. */
  addParts(): void {
    const seriesUids = new Set(this.series.map(({ series }) => series.seriesInstanceUid));
    for (const { studyInstanceUid, series } of this.series) {
      const scope = this.scopeOf(studyInstanceUid);
      if (!scope.whole) scope.series.set(series.seriesInstanceUid, new Set());
    }
    for (const { studyInstanceUid, seriesInstanceUid, instance } of this.instances) {
      const scope = this.scopeOf(studyInstanceUid);
      if (scope.whole || seriesUids.has(seriesInstanceUid)) continue;
      const sops = scope.series.get(seriesInstanceUid) ?? new Set();
      scope.series.set(seriesInstanceUid, sops.add(instance.sopInstanceUid));
    }
  }

  /** Studies of which nothing but their UID is known. */
  get unknown(): string[] {
    return [...this.scopes.keys()].filter((uid) => !this.answers.has(uid));
  }

  /** Every study that the STUDY level lists, wanted or not. */
  get listedUids(): Set<string> {
    const met = [...this.byPatientId.values()].flat().map(({ study }) => study.studyInstanceUid);
    return new Set([...this.answers.keys(), ...met]);
  }

  isWhole(studyInstanceUid: string): boolean {
    return this.scopes.get(studyInstanceUid)?.whole ?? false;
  }

  keyOf(studyInstanceUid: string): WholeStudy {
    const answer = this.answers.get(studyInstanceUid) as StudyAnswer;
    return { studyInstanceUid, patientId: answer.patient.patientId, instanceCount: answer.instanceCount };
  }

  /** The patients of whom every study is among `studies`: they may be asked for as a whole. */
  patientsWhollyIn(studies: readonly WholeStudy[]): Set<string> {
    const wanted = new Set(studies.map(({ studyInstanceUid }) => studyInstanceUid));
    const patients = new Set(this.wholePatients);
    for (const [uid, { patient }] of this.answers) if (!wanted.has(uid)) patients.delete(patient.patientId);
    return patients;
  }

  /** Patients and studies, without what lies below. */
  tree(): PatientTree {
    const tree = new PatientTree();
    for (const uid of this.scopes.keys()) {
      const answer = this.answers.get(uid);
      if (answer) tree.study(tree.patient(answer.patient), answer.study);
    }
    return tree;
  }

  private scopeOf(studyUid: string): Scope {
    let scope = this.scopes.get(studyUid);
    if (!scope) this.scopes.set(studyUid, (scope = { whole: false, series: new Map() }));
    return scope;
  }
}
