import { type Depth } from '@pacs-connectors/connector-core';
import { type SeriesAnswer } from './answers.js';
import { type Archive } from './archive.js';
import { type OnFault } from './study-keys.js';
import { type Content } from './content.js';
import { type FoundStudies, type Scope } from './found-studies.js';

/** The content of studies of which only some series or instances are wanted, and the series that are wanted as a whole. */
export interface StudyParts extends Content {
  wholeSeries: SeriesAnswer[];
}

/** Finds the wanted parts of `studyUids`, which are not wanted as a whole. */
export async function findParts(
  archive: Archive,
  found: FoundStudies,
  studyUids: ReadonlySet<string>,
  depth: Depth,
  onFault: OnFault,
): Promise<StudyParts> {
  const scopeOf = (uid: string) => (found.scopes.get(uid) as Scope).series;
  const scopes = new Map([...studyUids].flatMap((uid) => [...scopeOf(uid)]));
  const known = new Set(found.series.map(({ series }) => series.seriesInstanceUid));
  // The answer for an instance has the UID of its series, but not the other attributes of the series.
  const without = [...studyUids].filter((uid) => [...scopeOf(uid).keys()].some((seriesUid) => !known.has(seriesUid)));
  const more = await archive.seriesOfStudies(
    without.map((uid) => found.keyOf(uid)),
    onFault,
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
  const all = await archive.instancesOfSeries(keys, onFault);
  return { series, instances: [...some, ...all], wholeSeries };
}
