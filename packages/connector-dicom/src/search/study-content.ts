import { type TreeAnswer } from './answers.js';
import { type Archive } from './archive.js';
import { type OnFault, type StudyKey } from './study-keys.js';
import { type Content, contentOfStudies, contentOfTree, countByStudy, joinContent, sameContent } from './content.js';
import { UnansweredError } from './find-scu.js';
import { isPlain } from './identifier.js';
import { type SupportChecks } from './support-checks.js';
import { type QuerySupport } from './query-support.js';

/** A study whose series and instances are wanted, all of them. */
export interface WholeStudy extends StudyKey {
  /** Number of Study Related Instances, if the archive counts them. */
  instanceCount?: number;
  /** Number of Study Related Series, if the archive counts them. */
  seriesCount?: number;
}

/** The shape of the relational query for everything of a patient. */
export const BY_PATIENT = 'relational IMAGE by Patient ID';
const BY_STUDY = 'relational IMAGE by Study Instance UID';
/** Studies that a relational query is compared on in the first check. */
const SAMPLE = 8;

/**
 * Finds the series and instances of studies. It uses relational queries if tests have shown that the peer answers them like
 * hierarchical ones. Otherwise it queries series by series.
 */
export class StudyContent {
  /** Studies in a relational answer that no STUDY-level answer listed. */
  readonly unlistedStudies = new Set<string>();
  private readonly trees = new Map<string, Promise<Content | undefined>>();

  constructor(
    private readonly archive: Archive,
    private readonly relational: QuerySupport,
    private readonly checks: SupportChecks,
    private readonly onFault: OnFault,
  ) {}

  /** Queries everything of a patient before the studies are known, if the archive supports that query. */
  startPatient(patientId: string): void {
    if (!this.relational.isSupported(BY_PATIENT) || !isPlain(patientId)) return;
    const tree = branchesIn(this.archive.treeOfPatient(patientId));
    tree.catch(() => undefined); // find() handles it; the search may have failed by then
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

  /** Queries series by series, which every peer must support (PS3.4 C.4.1.2.1). */
  async hierarchically(studies: readonly StudyKey[], onFault: OnFault = this.onFault): Promise<Content> {
    const series = await this.archive.seriesOfStudies(studies, onFault);
    const patients = new Map(studies.map(({ studyInstanceUid, patientId }) => [studyInstanceUid, patientId]));
    const keys = series.map(({ studyInstanceUid, series: { seriesInstanceUid } }) => ({
      studyInstanceUid,
      seriesInstanceUid,
      patientId: patients.get(studyInstanceUid) ?? '',
    }));
    return { series, instances: await this.archive.instancesOfSeries(keys, onFault) };
  }

  private async byStudies(studies: readonly WholeStudy[]): Promise<Content> {
    const tree = await this.disabledIfUnanswered(branchesIn(this.archive.treeOfStudies(studies)));
    if (tree) return this.checked(BY_STUDY, tree, studies);
    const branches = await this.hierarchically(studies);
    // The peer answers, just not that.
    this.disableAll();
    return branches;
  }

  /** Queries hierarchically. Untested queries are then compared with that answer in the background. */
  private async hierarchicallyAndCheck(
    studies: readonly WholeStudy[],
    patientIds: ReadonlySet<string>,
  ): Promise<Content> {
    const start = performance.now();
    let isPartial = false;
    const branches = await this.hierarchically(studies, (fault) => {
      isPartial = true;
      this.onFault(fault);
    });
    if (isPartial) return branches;
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
   * Compares a relational answer with the STUDY level: each study must be there, with as many instances as the archive counts.
   * Doubtful studies, and answers larger than any tested one, are queried hierarchically too.
   */
  private async checked(shape: string, tree: Content, studies: readonly WholeStudy[]): Promise<Content> {
    const wanted = contentOfStudies(tree, uidsOf(studies));
    const rows = tree.instances.length;
    const counts = countByStudy(wanted);
    const found = ({ studyInstanceUid }: WholeStudy) => counts.get(studyInstanceUid) ?? 0;
    // Only exact counts are evidence: those of some archives lag behind.
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
    if (!this.archive.scu.signal.aborted) this.relational.refute(shape);
    return sure.length === 0 ? again : joinContent(again, await this.hierarchically(sure));
  }

  /** A relational query that the deadline cut off is not sent again soon: the plain ones may be in time. */
  private async disabledIfUnanswered(pending: Promise<Content | undefined>): Promise<Content | undefined> {
    try {
      return await pending;
    } catch (error) {
      if (error instanceof UnansweredError) this.disableAll();
      throw error;
    }
  }

  /** A peer that leaves one relational query unanswered does not get the other: that would cost a time-out too. */
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

/** Returns the one of `patientIds` with the most studies: a larger answer is better evidence. */
function largest(studies: readonly StudyKey[], patientIds: ReadonlySet<string>): string | undefined {
  const counts = new Map<string, number>();
  for (const { patientId } of studies) {
    if (patientIds.has(patientId) && isPlain(patientId)) counts.set(patientId, (counts.get(patientId) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
