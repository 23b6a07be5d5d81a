import { type Depth } from '@pacs-connectors/connector-core';
import { type SeriesAnswer } from './answers.js';
import { type Archive, type OnRefusal } from './archive.js';
import { type Content } from './content.js';
import { type FoundStudies, type Scope } from './found-studies.js';

/** The branches of studies of which some series or instances are wanted, and the series wanted as a whole. */
export interface StudyParts extends Content {
  wholeSeries: SeriesAnswer[];
}

/** Finds the wanted parts of `studyUids`, which are not wanted as a whole. */
export async function findParts(
  archive: Archive,
  found: FoundStudies,
  studyUids: ReadonlySet<string>,
  depth: Depth,
  onRefusal: OnRefusal,
): Promise<StudyParts> {
  const scopeOf = (uid: string) => (found.scopes.get(uid) as Scope).series;
  const scopes = new Map([...studyUids].flatMap((uid) => [...scopeOf(uid)]));
  const known = new Set(found.series.map(({ series }) => series.seriesInstanceUid));
  // Instances that were asked for tell their series' UIDs; the series' attributes have to be asked for.
  const without = [...studyUids].filter((uid) => [...scopeOf(uid).keys()].some((seriesUid) => !known.has(seriesUid)));
  const more = await archive.seriesOfStudies(
    without.map((uid) => found.keyOf(uid)),
    onRefusal,
  );
  const series = [...found.series, ...more].filter(
    (answer) => studyUids.has(answer.studyInstanceUid) && scopes.has(answer.series.seriesInstanceUid),
  );
  const wholeSeries = series.filter((answer) => scopes.get(answer.series.seriesInstanceUid)?.size === 0);
  if (depth === 'series') return { series, instances: [], wholeSeries };
  const some = found.instances.filter(
    ({ studyInstanceUid, seriesInstanceUid }) => studyUids.has(studyInstanceUid) && scopes.has(seriesInstanceUid),
  );
  const keys = wholeSeries.map(({ studyInstanceUid, series: { seriesInstanceUid } }) => ({
    ...found.keyOf(studyInstanceUid),
    seriesInstanceUid,
  }));
  const all = await archive.instancesOfSeries(keys, onRefusal);
  return { series, instances: [...some, ...all], wholeSeries };
}
