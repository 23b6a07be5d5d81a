import {
  type Instance,
  type Patient,
  type PatientAttributes,
  type Series,
  type SeriesAttributes,
  type Study,
  type StudyAttributes,
} from './model.js';

interface Placed<Node, Parent> {
  node: Node;
  parent: Parent;
}

/**
 * Groups what an archive answers, in any order and with any duplicates, into one tree in one pass. What the tree holds does not
 * depend on that order, since a database gives none unless it is asked for one.
 *
 * One patient is one node per Patient ID **and** issuer (people without an id: per name, birth date and sex); one Study, Series or SOP Instance UID appears once in the whole
 * tree. Where a UID comes a second time, what the first lacked is taken from the second, and of two values that differ the longer
 * one stands, of two equally long ones that which sorts first. Where it comes under several parents, it stands under the one
 * whose identifier sorts first and counts in {@link conflicts}, so that nothing is lost and the caller can say so.
 */
export class PatientTree {
  readonly patients: Patient[] = [];
  /** Study, series or SOP Instance UIDs that the archive listed under more than one parent. */
  readonly conflicts = new Set<string>();

  private readonly patientsByKey = new Map<string, Patient>();
  private readonly studies = new Map<string, Placed<Study, Patient>>();
  private readonly series = new Map<string, Placed<Series, Study>>();
  private readonly instances = new Map<string, Placed<Instance, Series>>();

  /** The node of this patient, made on first sight. */
  patient(attributes: PatientAttributes): Patient {
    const key = keyOf(attributes);
    const known = this.patientsByKey.get(key);
    if (known) return complete(known, attributes);
    const node: Patient = { ...attributes, studies: [] };
    this.patientsByKey.set(key, node);
    this.patients.push(node);
    return node;
  }

  /** The node of this study below `parent`, made on first sight. */
  study(parent: Patient, attributes: StudyAttributes): Study {
    const known = this.studies.get(attributes.studyInstanceUid);
    if (known) {
      if (known.parent !== parent) this.dispute(attributes.studyInstanceUid, known, parent, keyOf);
      return complete(known.node, attributes);
    }
    const node: Study = { ...attributes, series: [] };
    this.studies.set(attributes.studyInstanceUid, { node, parent });
    parent.studies.push(node);
    return node;
  }

  /** The node of this series below `parent`, made on first sight. */
  seriesOf(parent: Study, attributes: SeriesAttributes): Series {
    const known = this.series.get(attributes.seriesInstanceUid);
    if (known) {
      if (known.parent !== parent) {
        this.dispute(attributes.seriesInstanceUid, known, parent, ({ studyInstanceUid }) => studyInstanceUid);
      }
      return complete(known.node, attributes);
    }
    const node: Series = { ...attributes, instances: [] };
    this.series.set(attributes.seriesInstanceUid, { node, parent });
    parent.series.push(node);
    return node;
  }

  /** The node of this instance below `parent`, made on first sight. */
  instance(parent: Series, attributes: Instance): Instance {
    const known = this.instances.get(attributes.sopInstanceUid);
    if (known) {
      if (known.parent !== parent) {
        this.dispute(attributes.sopInstanceUid, known, parent, ({ seriesInstanceUid }) => seriesInstanceUid);
      }
      return complete(known.node, attributes);
    }
    this.instances.set(attributes.sopInstanceUid, { node: attributes, parent });
    parent.instances.push(attributes);
    return attributes;
  }

  /** Number of instances in the tree. */
  get instanceCount(): number {
    return this.instances.size;
  }

  /**
   * The patients that hold at least one study. A patient can be without one where all its studies stand under another
   * patient (see {@link conflicts}), or where the archive named it and nothing below it.
   */
  result(): Patient[] {
    if (this.conflicts.size > 0) this.settle();
    return this.patients.filter((patient) => patient.studies.length > 0);
  }

  private dispute<Parent>(
    uid: string,
    known: Placed<unknown, Parent>,
    parent: Parent,
    key: (parent: Parent) => string,
  ): void {
    this.conflicts.add(uid);
    if (key(parent) < key(known.parent)) known.parent = parent;
  }

  /** Puts every node under the parent that it has been given to, all at once: moving one by one takes long where many are disputed. */
  private settle(): void {
    for (const patient of this.patients) patient.studies = [];
    for (const { node, parent } of this.studies.values()) {
      node.series = [];
      parent.studies.push(node);
    }
    for (const { node, parent } of this.series.values()) {
      node.instances = [];
      parent.series.push(node);
    }
    for (const { node, parent } of this.instances.values()) parent.instances.push(node);
  }
}

/** Without an id, nothing but the person's own attributes tells two people apart. */
function keyOf(patient: PatientAttributes): string {
  const { patientId, issuerOfPatientId = '' } = patient;
  if (patientId !== '') return `${patientId}\u0000${issuerOfPatientId}`;
  const { patientName = '', patientBirthDate = '', patientSex = '' } = patient;
  return ['', issuerOfPatientId, patientName, patientBirthDate, patientSex].join('\u0000');
}

/** Gives `node` the attributes of `more` that it lacks, or that come first among two that differ. */
function complete<Node extends object>(node: Node, more: Partial<Node>): Node {
  for (const key in more) if (comesFirst(more[key], node[key])) node[key] = more[key] as Node[typeof key];
  return node;
}

function comesFirst(value: unknown, known: unknown): boolean {
  if (value === undefined || value === known) return false;
  if (known === undefined) return true;
  if (typeof value !== 'string' || typeof known !== 'string') return false;
  return isPreferred(value, known);
}

/** Whether of two texts that differ the first is the one to keep: the longer, else the one that sorts first. */
export function isPreferred(text: string, other: string): boolean {
  return text.length > other.length || (text.length === other.length && text < other);
}
