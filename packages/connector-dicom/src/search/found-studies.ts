import { PatientTree } from '@pacs-connectors/connector-core';
import { type InstanceAnswer, type SeriesAnswer, type StudyAnswer } from './answers.js';
import { type WholeStudy } from './study-content.js';

/** The wanted part of a study: the whole, some series, or some instances. */
export interface Scope {
  whole: boolean;
  /** By Series Instance UID: the whole series if the set is empty, otherwise these SOP Instance UIDs. */
  series: Map<string, Set<string>>;
}

/** The studies of the criteria, and the wanted part of each. */
export class FoundStudies {
  readonly answers = new Map<string, StudyAnswer>();
  readonly scopes = new Map<string, Scope>();
  /** The archive's studies of each searched Patient ID, including those of other issuers. */
  readonly byPatientId = new Map<string, StudyAnswer[]>();
  /** Patients whose studies are all wanted. */
  readonly wholePatients = new Set<string>();
  /** Series and instances that were searched by their own UIDs. */
  series: SeriesAnswer[] = [];
  instances: InstanceAnswer[] = [];

  addWhole(answers: readonly StudyAnswer[]): void {
    for (const answer of answers) {
      const uid = answer.study.studyInstanceUid;
      if (!this.answers.has(uid)) this.answers.set(uid, answer);
      this.scopes.set(uid, { whole: true, series: new Map() });
    }
  }

  /** Adds the series and instances found so far to the scopes of their studies, which may not be known yet. */
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

  /** Studies of which only the UID is known. */
  get unknown(): string[] {
    return [...this.scopes.keys()].filter((uid) => !this.answers.has(uid));
  }

  /** Returns every study that the STUDY level lists, wanted or not. */
  get listedUids(): Set<string> {
    const met = [...this.byPatientId.values()].flat().map(({ study }) => study.studyInstanceUid);
    return new Set([...this.answers.keys(), ...met]);
  }

  isWhole(studyInstanceUid: string): boolean {
    return this.scopes.get(studyInstanceUid)?.whole ?? false;
  }

  keyOf(studyInstanceUid: string): WholeStudy {
    const answer = this.answers.get(studyInstanceUid) as StudyAnswer;
    const { patient, instanceCount, seriesCount } = answer;
    return { studyInstanceUid, patientId: patient.patientId, instanceCount, seriesCount };
  }

  /** Returns the patients whose studies are all among `studies`: they can be queried as a whole. */
  patientsWhollyIn(studies: readonly WholeStudy[]): Set<string> {
    const wanted = new Set(studies.map(({ studyInstanceUid }) => studyInstanceUid));
    const patients = new Set(this.wholePatients);
    for (const [uid, { patient }] of this.answers) if (!wanted.has(uid)) patients.delete(patient.patientId);
    return patients;
  }

  /** Returns patients and studies, without series. */
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
