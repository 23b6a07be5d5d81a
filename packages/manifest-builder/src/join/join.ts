import { type Notice, type Patient, type Series } from '@pacs-connectors/connector-core';
import { type ArcQuery } from '../model/manifest.js';
import { Pace } from '../arrange/pace.js';
import { uiRule } from '../model/value-rules.js';
import { withMayHaveMore } from './differences.js';
import { keyOfPatient, Listing } from './listing.js';
import { adoptIssuers, joinSeries, joinStudy } from './join-copies.js';
import { Spelling } from './spelling.js';

/** One archive's part of a manifest, before it is joined with the others. */
export interface JoinPart {
  arcQuery: ArcQuery;
  /** The archive could not be asked, so that its content is unknown. */
  failed?: boolean;
  /** The part stays as it is, whatever other archives have. */
  separate?: boolean;
}

/**
 * Joins the parts of several archives. A viewer that reads each Series UID once then shows all images.
 *
 * - Each Series UID is in one part: that of the archive with most of its instances. Among archives with equally many, an answer
 *   without a warning comes first, then the order of `parts`. Archives that the viewer fetches from in the same way (address,
 *   login, headers, parameters) count as one, and their instances are together in one part.
 * - A series without listed instances, or a study without series, may not be empty. A listed copy takes precedence over it, and a
 *   notice says that it was left out.
 * - Each study has one patient unless the Patient IDs or issuers differ. Each patient (id and issuer) has one spelling in all
 *   parts unless name, birth date or sex contradict each other. An archive without an issuer gets that of the others.
 * - A part without a study contains no login, header or token.
 *
 * A notice in the part of their archive counts the images that are left out. The input is not changed. The result does not depend
 * on the order in which archives answered.
 *
 * @param parts in the order of the configuration or the request
 * @param given what the viewer already has of this launch, which cannot change. The result is only what it lacks, with each notice
 *   of an archive once (by its title).
 */
export async function joinParts(parts: readonly JoinPart[], given: readonly ArcQuery[] = []): Promise<ArcQuery[]> {
  const pace = new Pace();
  await pace.rest();
  const apart = new Set(parts.filter(({ separate }) => separate).map(({ arcQuery }) => arcQuery.arcId));
  const before = await listingsOf(given, true, pace);
  const now = await listingsOf(
    parts.map(({ arcQuery }) => arcQuery),
    false,
    pace,
  );
  const isApart = ({ arcQuery }: Listing) => apart.has(arcQuery.arcId);
  const joined = [...before, ...now].filter((listing) => !isApart(listing));
  await settle(joined, pace);
  for (const listing of now.filter(isApart)) {
    const own = before.filter(({ arcQuery }) => arcQuery.arcId === listing.arcQuery.arcId);
    if (own.length > 0) await settle([...own, listing], pace);
  }
  const spelling = new Spelling();
  for (const listing of joined) await spelling.add(listing, pace);
  const studies = new Set(joined.flatMap((listing) => [...listing.studies.keys()])).size;

  const result: ArcQuery[] = [];
  for (const listing of before) if (listing.added.size > 0) result.push(additions(listing));
  const known = new Set(given.map(({ arcId }) => arcId));
  for (const [index, { failed, separate }] of parts.entries()) {
    const listing = now[index];
    if (!listing) continue;
    const { arcQuery, differences } = listing;
    const { arcId } = arcQuery;
    differences.afterOthers = given.length > 0;
    let notices = [...(arcQuery.notices ?? []), ...differences.notices(arcId)];
    if (known.has(arcId)) {
      const said = new Set(given.flatMap((one) => (one.arcId === arcId ? (one.notices ?? []) : [])).map(titleOf));
      notices = notices.filter((notice) => !said.has(titleOf(notice)));
    }
    const [why, ...more] = notices;
    if (failed && !separate && why && studies > 0) notices = [withMayHaveMore(why, arcId, studies), ...more];
    const patients = separate && !known.has(arcId) ? arcQuery.patients : await joinedPatients(listing, spelling, pace);
    // The viewer lacks nothing of this archive.
    if (known.has(arcId) && patients.length === 0 && notices.length === 0) continue;
    result.push(withoutSecrets({ ...arcQuery, notices, patients }));
  }
  return result;
}

function titleOf({ title }: Notice): string {
  return title;
}

async function listingsOf(arcQueries: readonly ArcQuery[], given: boolean, pace: Pace): Promise<Listing[]> {
  const listings: Listing[] = [];
  for (const [order, arcQuery] of arcQueries.entries())
    listings.push(await new Listing(arcQuery, order, given).fill(pace));
  return listings;
}

async function settle(listings: readonly Listing[], pace: Pace): Promise<void> {
  const studies = await shared(listings, (listing) => listing.studies, pace);
  adoptIssuers(studies.map(([, copies]) => copies));
  for (const [studyUid, copies] of studies) joinStudy(studyUid, copies);
  for (const [seriesUid, copies] of await shared(listings, (listing) => listing.series, pace))
    await joinSeries(seriesUid, copies, pace);
}

/** Returns the UIDs that several archives list, with their copies. */
async function shared<Copy>(
  listings: readonly Listing[],
  copiesOf: (listing: Listing) => ReadonlyMap<string, Copy>,
  pace: Pace,
): Promise<[string, Copy[]][]> {
  if (listings.length < 2) return [];
  const known = new Map<string, Copy[]>();
  for (const listing of listings) {
    for (const [uid, copy] of copiesOf(listing)) {
      if (pace.due()) await pace.rest();
      const copies = known.get(uid);
      if (copies) copies.push(copy);
      else known.set(uid, [copy]);
    }
  }
  return [...known].filter(([, copies]) => copies.length > 1);
}

/** Returns the patients of an archive without what is shown from other archives. */
async function joinedPatients(listing: Listing, spelling: Spelling, pace: Pace): Promise<Patient[]> {
  const patients = new Map<string, Patient>();
  const rest = new Map(listing.added);
  for (const source of listing.arcQuery.patients) {
    const own = patientOf(patients, source, spelling);
    for (const study of source.studies ?? []) {
      if (pace.due()) await pace.rest();
      const studyUid = uiRule(study.studyInstanceUid) ?? '';
      if (listing.droppedStudies.has(studyUid) && !study.series?.length) continue;
      const series: Series[] = [];
      for (const one of study.series ?? []) {
        if (pace.due()) await pace.rest();
        const uid = uiRule(one.seriesInstanceUid) ?? '';
        if (listing.droppedSeries.has(uid)) continue;
        const more = rest.get(uid);
        rest.delete(uid);
        series.push(more ? { ...one, instances: [...(one.instances ?? []), ...more] } : one);
      }
      // All of its series are shown from other archives.
      if (series.length === 0 && study.series?.length) continue;
      const other = listing.patients.get(studyUid);
      const patient = other ? patientOf(patients, other, spelling) : own;
      patient.studies.push({ ...study, series });
    }
  }
  return [...patients.values()].filter(({ studies }) => studies.length > 0);
}

/** Returns the instances that other archives add to series which the viewer has from this archive. */
function additions({ arcQuery, added, series, studies }: Listing): ArcQuery {
  const patients = [...added].flatMap(([seriesUid, instances]): Patient[] => {
    const copy = series.get(seriesUid);
    const study = copy && studies.get(copy.studyUid);
    const [seriesNode] = copy?.nodes ?? [];
    const [studyNode] = study?.nodes ?? [];
    if (!study || !seriesNode || !studyNode) return [];
    return [{ ...study.patient, studies: [{ ...studyNode, series: [{ ...seriesNode, instances }] }] }];
  });
  return { ...arcQuery, notices: undefined, patients };
}

/** Returns the node of a patient in the joined part, and makes it at first. */
function patientOf(patients: Map<string, Patient>, source: Patient, spelling: Spelling): Patient {
  const attributes = spelling.of(source);
  const key = keyOfPatient(attributes);
  let node = patients.get(key);
  if (!node) {
    node = { ...attributes, studies: [] };
    patients.set(key, node);
  }
  return node;
}

/** Removes login, headers and tokens from a part without studies, since the viewer fetches nothing with them. */
function withoutSecrets(arcQuery: ArcQuery): ArcQuery {
  if (arcQuery.patients.some(({ studies }) => studies.length > 0)) return arcQuery;
  const { arcId, baseUrl, queryMode, notices, patients } = arcQuery;
  return { arcId, baseUrl, queryMode, notices, patients };
}
