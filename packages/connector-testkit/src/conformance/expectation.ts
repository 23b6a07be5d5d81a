import {
  type Depth,
  emptyCriteria,
  type Instance,
  modalitiesOf,
  type Patient,
  type PatientAttributes,
  type PatientIdentifier,
  type SearchCriteria,
  type SearchResult,
  type SeriesAttributes,
  type Study,
  type StudyAttributes,
} from '@pacs-connectors/connector-core';
import { type InstanceRow, instanceRows, sampleArchive } from '../fixtures/sample-archive.js';

/** An attribute of the model that an archive may lack. UIDs and the Patient ID are required. */
export type OptionalAttribute = Exclude<
  keyof PatientAttributes | keyof StudyAttributes | keyof SeriesAttributes | keyof Instance,
  'patientId' | 'studyInstanceUid' | 'seriesInstanceUid' | 'sopInstanceUid' | 'modalitiesInStudy'
>;

/** Search criteria, of which missing kinds of identifier are empty. */
export type Question = Partial<SearchCriteria>;

/** Returns `question` as complete criteria. They are frozen, so that a connector that changes them throws. */
export function criteriaOf(question: Question): SearchCriteria {
  return deepFreeze({ ...emptyCriteria(), ...structuredClone(question) });
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}

/** Returns the part of the sample archive that matches `question`, without the attributes that the archive lacks. */
export function holdings(question: Question, lacks: ReadonlySet<OptionalAttribute>): Patient[] {
  const criteria = criteriaOf(question);
  const wanted = new Set<object>();
  for (const row of instanceRows().filter((candidate) => matches(criteria, candidate, lacks))) {
    for (const node of Object.values(row)) wanted.add(node);
  }
  const withoutLacking = <Node extends object>(node: Node): Node =>
    Object.fromEntries(Object.entries(node).filter(([name]) => !(lacks as ReadonlySet<string>).has(name))) as Node;
  const patients = sampleArchive
    .filter((patient) => wanted.has(patient))
    .map((patient) => ({
      ...withoutLacking(patient),
      studies: patient.studies
        .filter((study) => wanted.has(study))
        .map((study) => ({
          ...withoutLacking(study),
          series: study.series
            .filter((series) => wanted.has(series))
            .map((series) => ({
              ...withoutLacking(series),
              instances: series.instances.filter((instance) => wanted.has(instance)).map(withoutLacking),
            })),
        })),
    }));
  return lacks.has('issuerOfPatientId') ? joinById(patients) : patients;
}

/** Joins patients with the same id. */
function joinById(patients: readonly Patient[]): Patient[] {
  const byId = new Map<string, Patient>();
  for (const patient of patients) {
    const known = byId.get(patient.patientId);
    if (known) known.studies.push(...patient.studies);
    else byId.set(patient.patientId, { ...patient });
  }
  return [...byId.values()];
}

function matches(criteria: SearchCriteria, row: InstanceRow, lacks: ReadonlySet<OptionalAttribute>): boolean {
  const isPatient = ({ id, issuer }: PatientIdentifier) =>
    id === row.patient.patientId &&
    (issuer === undefined || lacks.has('issuerOfPatientId') || issuer === row.patient.issuerOfPatientId);
  return (
    criteria.patientIds.some(isPatient) ||
    criteria.studyInstanceUids.includes(row.study.studyInstanceUid) ||
    (row.study.accessionNumber !== undefined && criteria.accessionNumbers.includes(row.study.accessionNumber)) ||
    criteria.seriesInstanceUids.includes(row.series.seriesInstanceUid) ||
    criteria.sopInstanceUids.includes(row.instance.sopInstanceUid)
  );
}

/**
 * Returns a tree as sorted lines, one for each node with its parent and attributes. Equal trees have equal lines, whatever their
 * order, and a repeated node has two lines.
 *
 * The lines do not contain attributes in `lacks`, levels below `depth`, and attributes of patients that the archive cannot
 * distinguish because it lacks their issuer.
 */
export function linesOf(patients: readonly Patient[], depth: Depth, lacks: ReadonlySet<OptionalAttribute>): string[] {
  const attributes = (node: object): string =>
    Object.entries(node)
      .filter(([name, value]) => !Array.isArray(value) && isSet(value) && !(lacks as ReadonlySet<string>).has(name))
      .map(([name, value]) => `${name}=${/Time$/.test(name) ? withoutTrailingZeros(String(value)) : String(value)}`)
      .sort()
      .join(' | ');
  const lines: string[] = [];
  for (const patient of patients) {
    const key = `${patient.patientId}^^^${lacks.has('issuerOfPatientId') ? '' : (patient.issuerOfPatientId ?? '')}`;
    const shared = lacks.has('issuerOfPatientId') && SHARED_IDS.has(patient.patientId);
    lines.push(`patient ${key}: ${shared ? '' : attributes(patient)}`);
    for (const study of patient.studies) {
      // Modalities in Study is about the whole study, of which the tree may contain one series.
      const held = modalitiesOf(study).filter((modality) =>
        study.series.some((series) => series.modality === modality),
      );
      const modalities = depth === 'study' || lacks.has('modality') ? '' : held.sort().join(',');
      lines.push(`study of ${key}: ${attributes(study)} ${modalities}`);
      if (depth === 'study') continue;
      for (const series of study.series) {
        lines.push(`series of study ${study.studyInstanceUid}: ${attributes(series)}`);
        if (depth === 'series') continue;
        for (const instance of series.instances) {
          lines.push(`instance of series ${series.seriesInstanceUid}: ${attributes(instance)}`);
        }
      }
    }
  }
  return lines.sort();
}

/** Returns the studies of an answer. */
export function studiesOf({ patients }: Pick<SearchResult, 'patients'>): Study[] {
  return patients.flatMap(({ studies }) => studies);
}

/** Returns the UIDs of the studies, sorted. */
export function uidsOf(studies: readonly Study[]): string[] {
  return studies.map(({ studyInstanceUid }) => studyInstanceUid).sort();
}

/** Returns the SOP Instance UIDs in the studies, sorted. */
export function instancesOf(studies: readonly Study[]): string[] {
  return studies
    .flatMap(({ series }) => series)
    .flatMap(({ instances }) => instances.map(({ sopInstanceUid }) => sopInstanceUid))
    .sort();
}

/** The ids in the sample that several authorities have issued. */
const SHARED_IDS = new Set(
  sampleArchive.map(({ patientId }) => patientId).filter((id, position, ids) => ids.indexOf(id) !== position),
);

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Returns a TM without trailing zeros: `141530.250000` is the same time as `141530.25`. */
function withoutTrailingZeros(time: string): string {
  return time.replace(/\.(\d*?)0*$/, (_, fraction: string) => (fraction === '' ? '' : `.${fraction}`));
}
