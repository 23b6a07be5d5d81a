import {
  type Instance,
  type Patient,
  type PatientAttributes,
  type Series,
  type SeriesAttributes,
  type Study,
  type StudyAttributes,
} from './model.js';

/**
 * Groups what an archive answers, in any order and with any duplicates, into one tree in one pass.
 *
 * One patient is one node per Patient ID **and** issuer (people without an id: per name, birth date and sex); one Study, Series or SOP Instance UID appears once in the whole
 * tree. Where a UID comes a second time, what the first lacked is taken from the second; where it comes under another
 * parent, it stays under the first and counts in {@link conflicts}, so that nothing is lost and the caller can say so.
 */
export class PatientTree {
  readonly patients: Patient[] = [];
  /** Study or series UIDs that the archive listed under more than one parent. */
  readonly conflicts = new Set<string>();

  private readonly patientsByKey = new Map<string, Patient>();
  private readonly studies = new Map<string, { node: Study; parent: Patient }>();
  private readonly series = new Map<string, { node: Series; parent: Study }>();
  private readonly instances = new Map<string, Instance>();

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
      if (known.parent !== parent) this.conflicts.add(attributes.studyInstanceUid);
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
      if (known.parent !== parent) this.conflicts.add(attributes.seriesInstanceUid);
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
    if (known) return complete(known, attributes);
    this.instances.set(attributes.sopInstanceUid, attributes);
    parent.instances.push(attributes);
    return attributes;
  }

  /** Number of instances in the tree. */
  get instanceCount(): number {
    return this.instances.size;
  }

  /**
   * The patients that hold at least one study. A patient can be without one where all its studies stood under another
   * patient already (see {@link conflicts}), or where the archive named it and nothing below it.
   */
  result(): Patient[] {
    return this.patients.filter((patient) => patient.studies.length > 0);
  }
}

/** Without an id, nothing but the person's own attributes tells two people apart. */
function keyOf(patient: PatientAttributes): string {
  const { patientId, issuerOfPatientId = '' } = patient;
  if (patientId !== '') return `${patientId}\u0000${issuerOfPatientId}`;
  const { patientName = '', patientBirthDate = '', patientSex = '' } = patient;
  return ['', issuerOfPatientId, patientName, patientBirthDate, patientSex].join('\u0000');
}

/** Fills the attributes that `node` lacks from `more`; what it has stays. */
function complete<Node extends object>(node: Node, more: Partial<Node>): Node {
  for (const key in more) if (node[key] === undefined && more[key] !== undefined) node[key] = more[key];
  return node;
}
