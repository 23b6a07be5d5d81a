import {
  type Instance,
  mergeAttribute,
  type Patient,
  type PatientAttributes,
  type Series,
  type Study,
} from '@pacs-connectors/connector-core';
import { completeDicomWeb } from './dicom-web.js';
import {
  ATTRIBUTES,
  type ArcQueryElement,
  type InstanceElement,
  type ManifestElement,
  type PatientElement,
  type SeriesElement,
  type StudyElement,
} from '../model/elements.js';
import { leftOutNotices, type LeftOut } from './left-out.js';
import { type ArcQuery, type Manifest } from '../model/manifest.js';
import { messageOf } from './message.js';
import { byInstance, byPatient, bySeries, byStudy, type Compare, sortPaced } from './order.js';
import { type Pace } from './pace.js';
import {
  booleanRule,
  csRule,
  daRule,
  isRule,
  loRule,
  percentRule,
  pnRule,
  queryModeRule,
  sexRule,
  shRule,
  tagsRule,
  textRule,
  tmRule,
  transferSyntaxRule,
  uiRule,
  uriRule,
} from '../model/value-rules.js';

/**
 * Returns the manifest's elements: every value by its rule, in order, each patient and each UID once in an arcQuery. The trees
 * may have any order and any duplicates, and are not changed. The result does not depend on their order.
 *
 * - Nodes of one UID (of one Patient ID and issuer) become one element. If their attributes differ, the longer value is used, of
 *   two equally long ones the one that sorts first.
 * - A UID below several parents is listed below the first of them in the manifest's order, with the children of all.
 * - A node with an invalid UID is left out, and the `Message` counts it.
 */
export async function arrange(manifest: Manifest, pace: Pace): Promise<ManifestElement> {
  const arcQuery: ArcQueryElement[] = [];
  for (const query of manifest.arcQueries) arcQuery.push(await arrangeQuery(query, pace));
  return { uid: textRule(manifest.uid), arcQuery };
}

async function arrangeQuery(query: ArcQuery, pace: Pace): Promise<ArcQueryElement> {
  const leftOut: LeftOut = { studies: 0, series: 0, instances: 0, moved: 0 };
  const patients = await arrangePatients(query, leftOut, pace);
  const additionalParameters = textRule(query.additionalParameters);
  const part: ArcQueryElement = {
    arcId: textRule(query.arcId) ?? '',
    baseUrl: uriRule(query.baseUrl),
    webLogin: textRule(query.webLogin),
    requireOnlySOPInstanceUID: booleanRule(query.requireOnlySopInstanceUid),
    additionalParameters,
    additionnalParameters: additionalParameters,
    overrideDicomTagsList: tagsRule(query.overrideDicomTags),
    queryMode: queryModeRule(query.queryMode),
    seriesRetrieve: booleanRule(query.seriesRetrieve),
    httpTag: (query.httpTags ?? [])
      .map(({ key, value }) => ({ key: textRule(key) ?? '', value: textRule(value) ?? '' }))
      .filter(({ key }) => key !== ''),
    Message: undefined,
    Patient: patients,
  };
  const notices = part.queryMode === 'DICOM_WEB' ? await completeDicomWeb(part, pace) : [];
  part.Message = messageOf([...(query.notices ?? []), ...leftOutNotices(query.arcId, leftOut), ...notices]);
  return part;
}

/** An element, and the nodes of the model that it is made from. */
interface Node<Source, Element> {
  element: Element;
  sources: Source[];
}

/** A level of the tree: how its elements are made from nodes of the model, and where they are attached. */
interface Level<ParentSource, ParentElement, Source, Element> {
  childrenOf(parent: ParentSource): readonly Source[];
  uidOf(source: Source): unknown;
  make(source: Source, uid: string): Element;
  attributes: readonly (keyof Element)[];
  compare: Compare<Element>;
  attach(parent: ParentElement, children: Element[]): void;
  leftOut: 'studies' | 'series';
}

async function arrangePatients(query: ArcQuery, leftOut: LeftOut, pace: Pace): Promise<PatientElement[]> {
  const patients = await gatherPatients(query.patients, pace);
  const studies = await gather(patients, STUDIES, leftOut, pace);
  const series = await gather(studies, seriesLevel(query), leftOut, pace);
  await gatherInstances(series, leftOut, pace);
  // A patient that the archive listed without studies stays. One whose studies are all listed elsewhere or left out goes.
  return patients
    .filter(({ element, sources }) => element.Study.length > 0 || sources.every(({ studies }) => !studies?.length))
    .map(({ element }) => element);
}

async function gatherPatients(sources: readonly Patient[], pace: Pace): Promise<Node<Patient, PatientElement>[]> {
  const known = new Map<string, Node<Patient, PatientElement>>();
  for (const source of sources) {
    if (pace.due()) await pace.rest();
    const element = makePatient(source);
    const key = patientKey(source, element);
    const node = known.get(key);
    if (node) {
      complete(node.element, element, ATTRIBUTES.Patient);
      node.sources.push(source);
    } else known.set(key, { element, sources: [source] });
  }
  return sortPaced([...known.values()], (a, b) => byPatient(a.element, b.element), pace);
}

/**
 * Returns a text that is the same for nodes of one patient: id and issuer, uncut even if the manifest cuts them. Patients
 * without an id are one patient only if name, birth date and sex are the same.
 */
export function patientKey(source: PatientAttributes, element: PatientElement): string {
  const id = textRule(source.patientId);
  const issuer = textRule(source.issuerOfPatientId) ?? '';
  return id === undefined
    ? ['', issuer, element.PatientName, element.PatientBirthDate ?? '', element.PatientSex ?? ''].join('\0')
    : `${id}\0${issuer}`;
}

async function gather<ParentSource, ParentElement, Source, Element extends object>(
  parents: Node<ParentSource, ParentElement>[],
  level: Level<ParentSource, ParentElement, Source, Element>,
  leftOut: LeftOut,
  pace: Pace,
): Promise<Node<Source, Element>[]> {
  type Child = Node<Source, Element>;
  const known = new Map<string, { node: Child; parent: unknown; moved: boolean }>();
  const families: { parent: ParentElement; children: Child[] }[] = [];
  for (const parent of parents) {
    const children: Child[] = [];
    families.push({ parent: parent.element, children });
    for (const parentSource of parent.sources) {
      for (const source of level.childrenOf(parentSource)) {
        if (pace.due()) await pace.rest();
        const uid = uiRule(level.uidOf(source));
        if (uid === undefined) {
          leftOut[level.leftOut]++;
          continue;
        }
        const element = level.make(source, uid);
        const seen = known.get(uid);
        if (!seen) {
          const node: Child = { element, sources: [source] };
          known.set(uid, { node, parent, moved: false });
          children.push(node);
          continue;
        }
        if (seen.parent !== parent && !seen.moved) {
          seen.moved = true;
          leftOut.moved++;
        }
        complete(seen.node.element, element, level.attributes);
        seen.node.sources.push(source);
      }
    }
  }
  // Only now, since a later node may have completed an attribute that decides the order.
  const nodes: Child[] = [];
  for (const { parent, children } of families) {
    if (pace.due()) await pace.rest();
    const sorted = await sortPaced(children, (a, b) => level.compare(a.element, b.element), pace);
    level.attach(
      parent,
      sorted.map(({ element }) => element),
    );
    for (const node of sorted) nodes.push(node);
  }
  return nodes;
}

/** Gathers the lowest level, which has by far the most nodes. */
async function gatherInstances(series: Node<Series, SeriesElement>[], leftOut: LeftOut, pace: Pace): Promise<void> {
  const known = new Map<string, InstanceElement>();
  // Neighbours have the same class, which is checked once and kept once.
  let lastClass: string | undefined;
  let sopClassUid: string | undefined;
  for (const { element, sources } of series) {
    for (const { instances } of sources) {
      for (const source of instances ?? []) {
        if (pace.due()) await pace.rest();
        const uid = uiRule(source.sopInstanceUid);
        if (uid === undefined) {
          leftOut.instances++;
          continue;
        }
        if (source.sopClassUid !== lastClass) {
          lastClass = source.sopClassUid;
          sopClassUid = uiRule(lastClass);
        }
        const made = makeInstance(source, uid, sopClassUid);
        const seen = known.get(uid);
        if (seen) complete(seen, made, ATTRIBUTES.Instance);
        else {
          known.set(uid, made);
          element.Instance.push(made);
        }
      }
    }
  }
  for (const { element } of series) {
    if (pace.due()) await pace.rest();
    element.Instance = await sortPaced(element.Instance, byInstance, pace);
  }
}

/** Gives `element` the values of `other` that it lacks, or that come first among two that differ. */
export function complete<Element extends object>(
  element: Element,
  other: Element,
  attributes: readonly (keyof Element)[],
): void {
  for (const name of attributes) mergeAttribute(element, other, name);
}

export function makePatient(source: PatientAttributes): PatientElement {
  return {
    PatientID: loRule(source.patientId) ?? '',
    PatientName: pnRule(source.patientName) ?? '',
    IssuerOfPatientID: loRule(source.issuerOfPatientId),
    PatientBirthDate: daRule(source.patientBirthDate),
    PatientBirthTime: tmRule(source.patientBirthTime),
    PatientSex: sexRule(source.patientSex),
    Study: [],
  };
}

const STUDIES: Level<Patient, PatientElement, Study, StudyElement> = {
  childrenOf: (patient) => patient.studies ?? [],
  uidOf: (study) => study.studyInstanceUid,
  make: (study, uid) => ({
    StudyInstanceUID: uid,
    StudyDescription: loRule(study.studyDescription),
    StudyDate: daRule(study.studyDate),
    StudyTime: tmRule(study.studyTime),
    AccessionNumber: shRule(study.accessionNumber),
    StudyID: shRule(study.studyId),
    ReferringPhysicianName: pnRule(study.referringPhysicianName),
    Series: [],
  }),
  attributes: ATTRIBUTES.Study,
  compare: byStudy,
  attach: (patient, studies) => (patient.Study = studies),
  leftOut: 'studies',
};

function seriesLevel(query: ArcQuery): Level<Study, StudyElement, Series, SeriesElement> {
  const transferSyntaxUid = transferSyntaxRule(query.transferSyntaxUid);
  const compressionRate = percentRule(query.compressionRate);
  return {
    childrenOf: (study) => study.series ?? [],
    uidOf: (series) => series.seriesInstanceUid,
    make: (series, uid) => ({
      SeriesInstanceUID: uid,
      SeriesDescription: loRule(series.seriesDescription),
      SeriesNumber: isRule(series.seriesNumber),
      Modality: csRule(series.modality),
      SeriesDate: daRule(series.seriesDate),
      SeriesTime: tmRule(series.seriesTime),
      WadoTransferSyntaxUID: transferSyntaxUid,
      WadoCompressionRate: compressionRate,
      DirectDownloadThumbnail: textRule(series.directDownloadThumbnail),
      Instance: [],
    }),
    attributes: ATTRIBUTES.Series,
    compare: bySeries,
    attach: (study, series) => (study.Series = series),
    leftOut: 'series',
  };
}

function makeInstance(source: Instance, uid: string, sopClassUid: string | undefined): InstanceElement {
  return {
    SOPInstanceUID: uid,
    SOPClassUID: sopClassUid,
    InstanceNumber: isRule(source.instanceNumber),
    DirectDownloadFile: textRule(source.directDownloadFile),
  };
}
