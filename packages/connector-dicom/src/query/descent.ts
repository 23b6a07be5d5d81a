import { type Archive, type OnRefusal, type StudyKey } from './archive.js';
import { type Branches, below, branchesOf, countByStudy, join, sameBranches } from './branches.js';
import { isRefusal } from './conversation.js';
import { isPlain } from './identifier.js';
import { type Trust } from './trust.js';

/** A study whose series and instances are wanted, all of them. */
export interface WholeStudy extends StudyKey {
  /** Number of Study Related Instances, where the archive counts. */
  instanceCount?: number;
}

const BY_PATIENT = 'relational IMAGE by Patient ID';
const BY_STUDY = 'relational IMAGE by Study Instance UID';
/** Studies that a relational question is compared on for its first proof. */
const SAMPLE = 8;

/**
 * Finds what lies below studies: by relational questions where the peer has proven that it answers them like the
 * hierarchical ones, else series by series.
 */
export class Descent {
  /** Studies that a relational answer held and nobody knew of. */
  readonly unknownStudies = new Set<string>();
  private readonly trees = new Map<string, Promise<Branches | undefined>>();

  constructor(
    private readonly archive: Archive,
    private readonly relational: Trust,
    private readonly onRefusal: OnRefusal,
  ) {}

  /** Asks for all of a patient before the studies are known, where that question is trusted. */
  startPatient(patientId: string): void {
    if (!this.relational.isTrusted(BY_PATIENT) || !isPlain(patientId)) return;
    const tree = this.treeOfPatient(patientId);
    tree.catch(() => undefined); // heard where it is waited for; the search may have failed by then
    this.trees.set(patientId, tree);
  }

  /**
   * @param studies what is wanted.
   * @param patientIds those of them whose every study is wanted: they may be asked for as a whole.
   * @param knownUids every study that the STUDY level told of, wanted or not.
   */
  async descend(
    studies: readonly WholeStudy[],
    patientIds: ReadonlySet<string>,
    knownUids: ReadonlySet<string>,
  ): Promise<Branches> {
    const parts: Branches[] = [];
    let rest = [...studies];
    for (const [patientId, pending] of this.trees) {
      const tree = await pending;
      const own = rest.filter((study) => study.patientId === patientId);
      if (!tree) this.relational.refute(BY_PATIENT);
      for (const { studyInstanceUid } of tree?.instances ?? []) {
        if (!knownUids.has(studyInstanceUid)) this.unknownStudies.add(studyInstanceUid);
      }
      if (!tree || own.length === 0) continue;
      parts.push(await this.checked(BY_PATIENT, tree, own));
      rest = rest.filter((study) => study.patientId !== patientId);
    }
    if (rest.length > 0) {
      parts.push(
        this.relational.isTrusted(BY_STUDY) ? await this.byStudies(rest) : await this.proving(rest, patientIds),
      );
    }
    return join(...parts);
  }

  /** Series by series, the way every peer has to know (PS3.4 C.4.1.2.1). */
  async hierarchically(studies: readonly StudyKey[], onRefusal: OnRefusal = this.onRefusal): Promise<Branches> {
    const series = await this.archive.seriesOfStudies(studies, onRefusal);
    const patients = new Map(studies.map(({ studyInstanceUid, patientId }) => [studyInstanceUid, patientId]));
    const keys = series.map(({ studyInstanceUid, series: { seriesInstanceUid } }) => ({
      studyInstanceUid,
      seriesInstanceUid,
      patientId: patients.get(studyInstanceUid) ?? '',
    }));
    return { series, instances: await this.archive.instancesOfSeries(keys, onRefusal) };
  }

  private async byStudies(studies: readonly WholeStudy[]): Promise<Branches> {
    const tree = await this.treeOfStudies(studies);
    if (tree) return this.checked(BY_STUDY, tree, studies);
    this.relational.refute(BY_STUDY);
    return this.hierarchically(studies);
  }

  /** The hierarchical answer, and beside it the relational ones that have not been tried yet. */
  private async proving(studies: readonly WholeStudy[], patientIds: ReadonlySet<string>): Promise<Branches> {
    const patientId = this.relational.isUntried(BY_PATIENT) ? largest(studies, patientIds) : undefined;
    const sample = this.relational.isUntried(BY_STUDY) ? studies.slice(0, SAMPLE) : [];
    let refused = false;
    const [branches, patientTree, studyTree] = await Promise.all([
      this.hierarchically(studies, (uid, error) => {
        refused = true;
        this.onRefusal(uid, error);
      }),
      patientId === undefined ? undefined : this.treeOfPatient(patientId),
      sample.length === 0 ? undefined : this.treeOfStudies(sample),
    ]);
    if (refused) return branches;
    if (patientId !== undefined) {
      this.compare(BY_PATIENT, patientTree, below(branches, uidsOf(studies.filter((s) => s.patientId === patientId))));
    }
    if (sample.length > 0) this.compare(BY_STUDY, studyTree, below(branches, uidsOf(sample)));
    return branches;
  }

  private compare(shape: string, tree: Branches | undefined, expected: Branches): void {
    const rows = expected.instances.length;
    if (!tree || !sameBranches(tree, expected)) this.relational.refute(shape);
    else if (rows >= 2) this.relational.prove(shape, rows);
  }

  /**
   * A relational answer, held against what the STUDY level says: each study is there, and as many instances as the archive
   * counts. What is doubtful, and an answer larger than any proven one, is asked for hierarchically too.
   */
  private async checked(shape: string, tree: Branches, studies: readonly WholeStudy[]): Promise<Branches> {
    const wanted = below(tree, uidsOf(studies));
    const rows = tree.instances.length;
    const counts = countByStudy(wanted);
    const short = studies.filter(
      ({ studyInstanceUid, instanceCount }) => (counts.get(studyInstanceUid) ?? 0) < (instanceCount ?? 1),
    );
    const allCounted = studies.every(({ instanceCount }) => instanceCount !== undefined);
    if (short.length === 0 && (allCounted || this.relational.covers(shape, rows))) {
      if (allCounted) this.relational.prove(shape, rows);
      return wanted;
    }
    const doubtful = this.relational.covers(shape, rows) ? short : studies;
    const uids = uidsOf(doubtful);
    const again = await this.hierarchically(doubtful);
    const sure = studies.filter(({ studyInstanceUid }) => !uids.has(studyInstanceUid));
    if (sameBranches(again, below(wanted, uids))) {
      this.relational.prove(shape, rows);
      return join(again, below(wanted, uidsOf(sure)));
    }
    this.relational.refute(shape);
    return sure.length === 0 ? again : join(again, await this.hierarchically(sure));
  }

  private treeOfPatient(patientId: string): Promise<Branches | undefined> {
    return this.attempt(() => this.archive.treeOfPatient(patientId));
  }

  private treeOfStudies(studies: readonly StudyKey[]): Promise<Branches | undefined> {
    return this.attempt(() => this.archive.treeOfStudies(studies));
  }

  /** @returns nothing where the peer refuses such a question. */
  private async attempt(
    ask: () => Promise<Parameters<typeof branchesOf>[0] | undefined>,
  ): Promise<Branches | undefined> {
    try {
      const tree = await ask();
      return tree && branchesOf(tree);
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }
}

function uidsOf(studies: readonly StudyKey[]): Set<string> {
  return new Set(studies.map(({ studyInstanceUid }) => studyInstanceUid));
}

/** The one of `patientIds` with the most studies: the more an answer holds, the more it proves. */
function largest(studies: readonly StudyKey[], patientIds: ReadonlySet<string>): string | undefined {
  const counts = new Map<string, number>();
  for (const { patientId } of studies) {
    if (patientIds.has(patientId) && isPlain(patientId)) counts.set(patientId, (counts.get(patientId) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
