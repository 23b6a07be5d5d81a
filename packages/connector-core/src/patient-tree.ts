import { mergeAttribute } from './merge-attribute.js';
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
 * Groups the rows or responses of an archive into one tree, in one pass. They may come in any order and with duplicates; the
 * result is the same.
 *
 * A patient is identified by Patient ID **and** issuer; without a Patient ID, by name, birth date and sex. Each Study, Series and
 * SOP Instance UID occurs once in the tree. The attributes of duplicates are merged ({@link mergeAttribute}). A UID under
 * several parents is kept under the parent whose identifier sorts first, and listed in {@link conflicts}.
 */
export class PatientTree {
  readonly patients: Patient[] = [];
  /** Study, Series and SOP Instance UIDs that the archive listed under several parents. */
  readonly conflicts = new Set<string>();

  private readonly patientsByKey = new Map<string, Patient>();
  private readonly studies = new Map<string, Placed<Study, Patient>>();
  private readonly series = new Map<string, Placed<Series, Study>>();
  private readonly instances = new Map<string, Placed<Instance, Series>>();

  /** Returns the node of this patient; adds it if it is new. */
  patient(attributes: PatientAttributes): Patient {
    const key = keyOf(attributes);
    const known = this.patientsByKey.get(key);
    if (known) return complete(known, attributes);
    const node: Patient = { ...attributes, studies: [] };
    this.patientsByKey.set(key, node);
    this.patients.push(node);
    return node;
  }

  /** Returns the node of this study; adds it below `parent` if it is new. */
  study(parent: Patient, attributes: StudyAttributes): Study {
    const known = this.studies.get(attributes.studyInstanceUid);
    if (known) {
      if (known.parent !== parent) this.addConflict(attributes.studyInstanceUid, known, parent, keyOf);
      return complete(known.node, attributes);
    }
    const node: Study = { ...attributes, series: [] };
    this.studies.set(attributes.studyInstanceUid, { node, parent });
    parent.studies.push(node);
    return node;
  }

  /** Returns the node of this series; adds it below `parent` if it is new. */
  seriesOf(parent: Study, attributes: SeriesAttributes): Series {
    const known = this.series.get(attributes.seriesInstanceUid);
    if (known) {
      if (known.parent !== parent) {
        this.addConflict(attributes.seriesInstanceUid, known, parent, ({ studyInstanceUid }) => studyInstanceUid);
      }
      return complete(known.node, attributes);
    }
    const node: Series = { ...attributes, instances: [] };
    this.series.set(attributes.seriesInstanceUid, { node, parent });
    parent.series.push(node);
    return node;
  }

  /** Returns the node of this instance; adds it below `parent` if it is new. */
  instance(parent: Series, attributes: Instance): Instance {
    const known = this.instances.get(attributes.sopInstanceUid);
    if (known) {
      if (known.parent !== parent) {
        this.addConflict(attributes.sopInstanceUid, known, parent, ({ seriesInstanceUid }) => seriesInstanceUid);
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

  /** Number of studies, of series or of instances in the tree, whichever is the largest. */
  get size(): number {
    return Math.max(this.studies.size, this.series.size, this.instances.size);
  }

  /**
   * Returns the patients with at least one study. A patient has none if all its studies are under another patient (see
   * {@link conflicts}), or if the archive returned none.
   */
  result(): Patient[] {
    if (this.conflicts.size > 0) this.moveConflicts();
    return this.patients.filter((patient) => patient.studies.length > 0);
  }

  private addConflict<Parent>(
    uid: string,
    known: Placed<unknown, Parent>,
    parent: Parent,
    key: (parent: Parent) => string,
  ): void {
    this.conflicts.add(uid);
    if (key(parent) < key(known.parent)) known.parent = parent;
  }

  /** Moves every node below its final parent. Moving them one by one would take long if there are many conflicts. */
  private moveConflicts(): void {
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

/** Returns the key of a patient. Without a Patient ID, only other attributes distinguish two people. */
function keyOf(patient: PatientAttributes): string {
  const { patientId, issuerOfPatientId = '' } = patient;
  if (patientId !== '') return `${patientId}\u0000${issuerOfPatientId}`;
  const { patientName = '', patientBirthDate = '', patientSex = '' } = patient;
  return ['', issuerOfPatientId, patientName, patientBirthDate, patientSex].join('\u0000');
}

/** Callers may pass whole nodes. Only {@link PatientTree} decides what their children are. */
const CHILDREN: ReadonlySet<string> = new Set(['studies', 'series', 'instances']);

function complete<Node extends object>(node: Node, more: Partial<Node>): Node {
  for (const name in more) if (!CHILDREN.has(name)) mergeAttribute(node, more, name);
  return node;
}
