import { type Patient, type Series } from '@pacs-connectors/connector-core';
import { type ArcQuery } from '../manifest.js';
import { Pace } from '../pace.js';
import { uiRule } from '../value-rules.js';
import { withMayHaveMore } from './differences.js';
import { keyOfPatient, Listing } from './listing.js';
import { settleSeries, settleStudy } from './settle.js';
import { Spelling } from './spelling.js';

/** One archive's part of a manifest, before it is joined with the others. */
export interface JoinPart {
  arcQuery: ArcQuery;
  /** The archive could not be asked: nobody knows what it has. */
  failed?: boolean;
  /** The part stays as it is, whatever others hold. */
  separate?: boolean;
}

/**
 * Joins the parts of several archives, so that a viewer which reads each Series UID once shows all that there is:
 *
 * - Each Series UID is in one part: that of the archive with most of its instances. Of archives with as many, the one whose
 *   answer has no warning, then the first in `parts`. Archives that the viewer fetches from in one way (address, login,
 *   headers, parameters) count as one, and their instances are together in one part.
 * - A series whose archive lists no instances, or a study without series, is not known to be empty: it counts less than a
 *   copy that is listed, and where there is one, a notice says that it was left out.
 * - Each study has one patient, and each patient (id and issuer) one spelling in all parts.
 * - A part without a study holds no login, header or token.
 *
 * Images that are left out are counted in a notice of their archive's part. The input is not changed; what comes out does not
 * depend on when an archive answered.
 *
 * @param parts in the order of the configuration or the request
 */
export async function joinParts(parts: readonly JoinPart[]): Promise<ArcQuery[]> {
  const pace = new Pace();
  await pace.rest();
  const listings = new Map<JoinPart, Listing>();
  for (const [order, part] of parts.entries())
    if (!part.separate) listings.set(part, await new Listing(part.arcQuery, order).fill(pace));
  const joined = [...listings.values()];
  await settle(joined, pace);
  const spelling = new Spelling();
  for (const { arcQuery } of joined) await spelling.add(arcQuery.patients, pace);
  const studies = new Set(joined.flatMap((listing) => [...listing.studies.keys()])).size;
  const result: ArcQuery[] = [];
  for (const part of parts) {
    const listing = listings.get(part);
    let arcQuery = listing ? await joinedQuery(listing, spelling, pace) : part.arcQuery;
    const [why, ...more] = arcQuery.notices ?? [];
    if (listing && part.failed && why && studies > 0)
      arcQuery = { ...arcQuery, notices: [withMayHaveMore(why, arcQuery.arcId, studies), ...more] };
    result.push(withoutSecrets(arcQuery));
  }
  return result;
}

async function settle(listings: readonly Listing[], pace: Pace): Promise<void> {
  for (const [studyUid, copies] of await shared(listings, (listing) => listing.studies, pace))
    settleStudy(studyUid, copies);
  for (const [seriesUid, copies] of await shared(listings, (listing) => listing.series, pace))
    await settleSeries(seriesUid, copies, pace);
}

/** The UIDs that several archives list, with their copies. */
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

/** The part with what the listing's decisions leave of it. */
async function joinedQuery(listing: Listing, spelling: Spelling, pace: Pace): Promise<ArcQuery> {
  const { arcQuery, differences, added } = listing;
  const patients = new Map<string, Patient>();
  const rest = new Map(added);
  for (const source of arcQuery.patients) {
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
      const patient = other ? patientOf(patients, { ...other, studies: [] }, spelling) : own;
      patient.studies.push({ ...study, series });
    }
  }
  const notices = [...(arcQuery.notices ?? []), ...differences.notices(arcQuery.arcId)];
  return {
    ...arcQuery,
    ...(notices.length > 0 && { notices }),
    patients: [...patients.values()].filter(({ studies }) => studies.length > 0),
  };
}

/** The node of a patient in the joined part, made on first sight. */
function patientOf(patients: Map<string, Patient>, source: Patient, spelling: Spelling): Patient {
  const key = keyOfPatient(source);
  let node = patients.get(key);
  if (!node) {
    node = { ...source, ...spelling.of(source), studies: [] };
    patients.set(key, node);
  }
  return node;
}

/** A part without studies gives the viewer nothing to fetch, and so nothing to show to the archive. */
function withoutSecrets(arcQuery: ArcQuery): ArcQuery {
  if (arcQuery.patients.some(({ studies }) => studies.length > 0)) return arcQuery;
  const { arcId, baseUrl, queryMode, notices, patients } = arcQuery;
  return { arcId, baseUrl, queryMode, notices, patients };
}
