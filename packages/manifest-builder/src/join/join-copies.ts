import { type Instance } from '@pacs-connectors/connector-core';
import { type Pace } from '../arrange/pace.js';
import { makePatient } from '../arrange/arrange.js';
import { textRule, uiRule } from '../model/value-rules.js';
import { keyOfPatient, type Listing, type SeriesCopy, type StudyCopy } from './listing.js';
import { contradict } from './person.js';

/** Copies of one series that the viewer fetches in the same way, and the instances of all of them by their UIDs. */
interface Group {
  copies: { copy: SeriesCopy; instances: Map<string, Instance> }[];
  all: Map<string, Instance>;
}

/** Decides from which archive a series is shown: the one with most of its instances. */
export async function joinSeries(seriesUid: string, copies: readonly SeriesCopy[], pace: Pace): Promise<void> {
  const groups = new Map<string, Group>();
  for (const copy of copies) {
    const group = groups.get(copy.listing.retrieval) ?? { copies: [], all: new Map<string, Instance>() };
    groups.set(copy.listing.retrieval, group);
    const instances = new Map<string, Instance>();
    for (const node of copy.nodes) {
      for (const instance of node.instances ?? []) {
        if (pace.due()) await pace.rest();
        const uid = uiRule(instance.sopInstanceUid);
        if (uid === undefined) continue;
        instances.set(uid, instance);
        if (!group.all.has(uid)) group.all.set(uid, instance);
      }
    }
    group.copies.push({ copy, instances });
  }
  const candidates = [...groups.values()].flatMap((group) => group.copies.map((one) => ({ ...one, all: group.all })));
  const host = first(
    candidates,
    (a, b) =>
      byGiven(a.copy.listing, b.copy.listing) ||
      b.all.size - a.all.size ||
      b.instances.size - a.instances.size ||
      byRank(a.copy.listing, b.copy.listing),
  );
  const there = candidates.filter((one) => one === host || one.copy.listing.given).map(({ instances }) => instances);
  const added = [...host.all].filter(([uid]) => !there.some((one) => one.has(uid))).map(([, instance]) => instance);
  if (added.length > 0) host.copy.listing.added.set(seriesUid, added);
  for (const candidate of candidates) {
    if (candidate === host || candidate.copy.listing.given) continue;
    if (pace.isOver()) await pace.rest();
    candidate.copy.listing.droppedSeries.add(seriesUid);
    if (compare(candidate, host)) candidate.copy.listing.differences.shownFrom.add(host.copy.listing.arcQuery.arcId);
  }
}

interface Candidate {
  copy: SeriesCopy;
  /** The instances of this copy. */
  instances: ReadonlyMap<string, Instance>;
  /** The instances of all archives that the viewer fetches from in the same way. */
  all: ReadonlyMap<string, Instance>;
}

/** Records how a copy that is left out differs from the one that is shown. @returns whether it differs */
function compare({ copy, instances, all }: Candidate, host: Candidate): boolean {
  const { differences } = copy.listing;
  const another = copy.listing.arcQuery.arcId !== host.copy.listing.arcQuery.arcId;
  const moved = another && copy.studyUid !== host.copy.studyUid;
  if (moved) differences.otherStudy++;
  if (instances.size === 0) {
    if (another) differences.unlisted.series++;
    return another;
  }
  if (all === host.all) return moved;
  if (host.all.size === 0) {
    differences.besideUnlisted.images += instances.size;
    return true;
  }
  let missing = 0;
  for (const uid of instances.keys()) if (!host.all.has(uid)) missing++;
  if (missing > 0) {
    differences.onlyHere.images += missing;
    differences.onlyHere.series++;
  } else if (instances.size < host.all.size) {
    differences.fewer.images += instances.size;
    differences.fewer.of += host.all.size;
    differences.fewer.series++;
  } else return moved;
  return true;
}

/**
 * Decides about a study that several archives list. It has one patient, that of the archive with most of its images, unless the
 * Patient IDs or issuers differ. If an archive lists its series, copies without listed series are left out.
 */
export function joinStudy(studyUid: string, copies: readonly StudyCopy[]): void {
  const host = first(
    copies,
    (a, b) =>
      byGiven(a.listing, b.listing) || b.instances - a.instances || b.series - a.series || byRank(a.listing, b.listing),
  );
  const fetchedByViewer = copies.find(({ listing, series }) => listing.given && series === 0);
  const key = keyOfPatient(host.listing.identified(host.patient));
  for (const copy of copies) {
    const { listing, patient } = copy;
    if (copy === host || listing.given) continue;
    const { arcId } = listing.arcQuery;
    const { differences } = listing;
    if (copy.series === 0) listing.droppedStudies.add(studyUid);
    const another = host.listing.arcQuery.arcId !== arcId;
    if (copy.series === 0 && another) {
      differences.unlisted.studies++;
      differences.shownFrom.add(host.listing.arcQuery.arcId);
    }
    if (copy.series > 0 && fetchedByViewer && fetchedByViewer.listing.arcQuery.arcId !== arcId) {
      differences.besideUnlisted.images += copy.instances;
      differences.shownFrom.add(fetchedByViewer.listing.arcQuery.arcId);
    }
    if (keyOfPatient(listing.identified(patient)) === key) continue;
    if (!another || (host.listing.given && samePerson(copy, host))) {
      listing.patients.set(studyUid, host.patient);
      continue;
    }
    // Each archive's images stay with the patient that it names, since this server cannot know which one is right.
    differences.otherPatient++;
    differences.shownFrom.add(host.listing.arcQuery.arcId);
  }
}

/**
 * Records the issuer of patients whose archive states none, if other archives list a study under the same Patient ID and all state
 * the same issuer.
 */
export function adoptIssuers(shared: readonly (readonly StudyCopy[])[]): void {
  const stated = new Map<Listing, Map<string, Set<string>>>();
  for (const copies of shared) {
    for (const copy of copies) {
      const id = textRule(copy.patient.patientId);
      if (id === undefined || textRule(copy.patient.issuerOfPatientId) !== undefined || copy.listing.given) continue;
      const byId = stated.get(copy.listing) ?? new Map<string, Set<string>>();
      stated.set(copy.listing, byId);
      for (const other of copies) {
        const issuer = textRule(other.patient.issuerOfPatientId);
        if (issuer !== undefined && samePerson(copy, other)) byId.set(id, (byId.get(id) ?? new Set()).add(issuer));
      }
    }
  }
  for (const [listing, byId] of stated)
    for (const [id, [issuer, ...more]] of byId)
      if (issuer !== undefined && more.length === 0) listing.issuers.set(id, issuer);
}

/** Whether two copies may be of one patient: the same id, an issuer that at most one archive states, no contradiction. */
function samePerson({ patient: a }: StudyCopy, { patient: b }: StudyCopy): boolean {
  const id = textRule(a.patientId);
  if (id === undefined || id !== textRule(b.patientId)) return false;
  const issuers = [a, b].map(({ issuerOfPatientId }) => textRule(issuerOfPatientId));
  return issuers.includes(undefined) && !contradict(makePatient(a), makePatient(b));
}

/** What the viewer already has comes first. */
function byGiven(a: Listing, b: Listing): number {
  return Number(b.given) - Number(a.given);
}

/** Archives with a complete answer come first, then the order of the configuration decides. */
function byRank(a: Listing, b: Listing): number {
  return Number(b.complete) - Number(a.complete) || a.order - b.order;
}

function first<Item>(items: readonly Item[], compare: (a: Item, b: Item) => number): Item {
  return items.reduce((best, item) => (compare(item, best) < 0 ? item : best));
}
