import { type TreeAnswer } from './answers.js';
import { type Archive, type OnRefusal, type StudyKey } from './archive.js';
import { type Content, contentOfStudies, contentOfTree, countByStudy, joinContent, sameContent } from './content.js';
import { UnansweredError } from './find-scu.js';
import { isPlain } from './identifier.js';
import { type SupportChecks } from './support-checks.js';
import { type QuerySupport } from './query-support.js';

/** A study whose series and instances are wanted, all of them. */
export interface WholeStudy extends StudyKey {
  /** Number of Study Related Instances, where the archive counts. */
  instanceCount?: number;
}

const BY_PATIENT = 'relational IMAGE by Patient ID';
const BY_STUDY = 'relational IMAGE by Study Instance UID';
/** Studies that a relational query is compared on in the first check. */
const SAMPLE = 8;

/**
 * Finds what lies below studies: by relational queries where the peer has proven that it answers them like the
 * hierarchical ones, else series by series.
 */
export class StudyContent {
  /** Studies that a relational answer held and nobody knew of. */
  readonly unlistedStudies = new Set<string>();
  private readonly trees = new Map<string, Promise<Content | undefined>>();

  constructor(
    private readonly archive: Archive,
    private readonly relational: QuerySupport,
    private readonly checks: SupportChecks,
    private readonly onRefusal: OnRefusal,
  ) {}

  /** Asks for all of a patient before the studies are known, where the archive supports that query. */
  startPatient(patientId: string): void {
    if (!this.relational.isSupported(BY_PATIENT) || !isPlain(patientId)) return;
    const tree = branchesIn(this.archive.treeOfPatient(patientId));
    tree.catch(() => undefined); // heard where it is waited for; the search may have failed by then
    this.trees.set(patientId, tree);
  }

  /**
   * @param studies what is wanted.
   * @param patientIds those of them whose every study is wanted: they may be asked for as a whole.
   * @param knownUids every study that the STUDY level lists, wanted or not.
   */
  async find(
    studies: readonly WholeStudy[],
    patientIds: ReadonlySet<string>,
    knownUids: ReadonlySet<string>,
  ): Promise<Content> {
    const parts: Content[] = [];
    let rest = [...studies];
    let unanswered = false;
    for (const [patientId, pending] of this.trees) {
      const tree = await this.disabledIfUnanswered(pending);
      const own = rest.filter((study) => study.patientId === patientId);
      unanswered ||= !tree;
      for (const { studyInstanceUid } of tree?.instances ?? []) {
        if (!knownUids.has(studyInstanceUid)) this.unlistedStudies.add(studyInstanceUid);
      }
      if (!tree || own.length === 0) continue;
      parts.push(await this.checked(BY_PATIENT, tree, own));
      rest = rest.filter((study) => study.patientId !== patientId);
    }
    if (rest.length > 0) {
      const relationally = this.relational.isSupported(BY_STUDY) && !unanswered;
      parts.push(await (relationally ? this.byStudies(rest) : this.hierarchicallyAndCheck(rest, patientIds)));
    }
    if (unanswered) this.disableAll();
    return joinContent(...parts);
  }

  /** Series by series, the way every peer has to know (PS3.4 C.4.1.2.1). */
  async hierarchically(studies: readonly StudyKey[], onRefusal: OnRefusal = this.onRefusal): Promise<Content> {
    const series = await this.archive.seriesOfStudies(studies, onRefusal);
    const patients = new Map(studies.map(({ studyInstanceUid, patientId }) => [studyInstanceUid, patientId]));
    const keys = series.map(({ studyInstanceUid, series: { seriesInstanceUid } }) => ({
      studyInstanceUid,
      seriesInstanceUid,
      patientId: patients.get(studyInstanceUid) ?? '',
    }));
    return { series, instances: await this.archive.instancesOfSeries(keys, onRefusal) };
  }

  private async byStudies(studies: readonly WholeStudy[]): Promise<Content> {
    const tree = await this.disabledIfUnanswered(branchesIn(this.archive.treeOfStudies(studies)));
    if (tree) return this.checked(BY_STUDY, tree, studies);
    const branches = await this.hierarchically(studies);
    // The peer answers, just not that.
    this.disableAll();
    return branches;
  }

  /** Hierarchically; afterwards, behind everybody's back, what is untried is proven by that answer. */
  private async hierarchicallyAndCheck(
    studies: readonly WholeStudy[],
    patientIds: ReadonlySet<string>,
  ): Promise<Content> {
    const start = performance.now();
    let refused = false;
    const branches = await this.hierarchically(studies, (uid, error) => {
      refused = true;
      this.onRefusal(uid, error);
    });
    if (refused) return branches;
    const took = performance.now() - start;
    const patientId = largest(studies, patientIds);
    if (patientId !== undefined) {
      const own = studies.filter((study) => study.patientId === patientId);
      const expected = contentOfStudies(branches, uidsOf(own));
      this.checks.begin(BY_PATIENT, (archive) => archive.treeOfPatient(patientId), expected, took);
    }
    const sample = studies.slice(0, SAMPLE);
    this.checks.begin(
      BY_STUDY,
      (archive) => archive.treeOfStudies(sample),
      contentOfStudies(branches, uidsOf(sample)),
      took,
    );
    return branches;
  }

  /**
   * A relational answer, held against what the STUDY level says: each study is there, and as many instances as the archive
   * counts. What is doubtful, and an answer larger than any proven one, is asked for hierarchically too.
   */
  private async checked(shape: string, tree: Content, studies: readonly WholeStudy[]): Promise<Content> {
    const wanted = contentOfStudies(tree, uidsOf(studies));
    const rows = tree.instances.length;
    const counts = countByStudy(wanted);
    const found = ({ studyInstanceUid }: WholeStudy) => counts.get(studyInstanceUid) ?? 0;
    // Only counts that are right to the last instance prove something: some archives' lag behind.
    if (studies.every((study) => found(study) === study.instanceCount)) {
      this.relational.confirm(shape, rows);
      return wanted;
    }
    const doubtful =
      rows <= this.relational.confirmedRows(shape)
        ? studies.filter((study) => found(study) < (study.instanceCount ?? 1))
        : studies;
    if (doubtful.length === 0) return wanted;
    const uids = uidsOf(doubtful);
    const again = await this.hierarchically(doubtful);
    const sure = studies.filter(({ studyInstanceUid }) => !uids.has(studyInstanceUid));
    if (sameContent(again, contentOfStudies(wanted, uids))) {
      this.relational.confirm(shape, rows);
      return joinContent(again, contentOfStudies(wanted, uidsOf(sure)));
    }
    this.relational.refute(shape);
    return sure.length === 0 ? again : joinContent(again, await this.hierarchically(sure));
  }

  /** A relational query that the deadline cut off is not asked again soon: the plain ones may be in time. */
  private async disabledIfUnanswered(pending: Promise<Content | undefined>): Promise<Content | undefined> {
    try {
      return await pending;
    } catch (error) {
      if (error instanceof UnansweredError) this.disableAll();
      throw error;
    }
  }

  /** Who leaves one relational query unanswered is not asked the other: that costs a time-out too. */
  private disableAll(): void {
    for (const shape of [BY_PATIENT, BY_STUDY]) this.relational.refute(shape);
  }
}

async function branchesIn(pending: Promise<TreeAnswer[] | undefined>): Promise<Content | undefined> {
  const tree = await pending;
  return tree && contentOfTree(tree);
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
