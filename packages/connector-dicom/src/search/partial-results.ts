import { type SeriesAnswer } from './answers.js';
import { type Content } from './content.js';
import { type WholeStudy } from './study-content.js';

/** What an answer lacks, by what the archive itself says. */
export interface Shortfall {
  /** Images that it counts and does not list. */
  images: number;
  /** Studies, not counted, below which it lists nothing at all. */
  emptyStudies: number;
  /** Series, not counted, of which it lists no image, in studies that have some. */
  emptySeries: number;
}

/**
 * Holds the images found against the archive's counts, and where it has none against there having to be some.
 *
 * @param studies those wanted as a whole.
 * @param series those wanted as a whole, of these studies and of others.
 * @param refused studies and series of which the archive told nothing, and that it was said of.
 */
export function shortfallOf(
  studies: readonly WholeStudy[],
  series: readonly SeriesAnswer[],
  { instances }: Content,
  refused: ReadonlySet<string>,
): Shortfall {
  const studyHas = distinct(instances.map((one) => [one.studyInstanceUid, one.instance.sopInstanceUid]));
  const seriesHas = distinct(instances.map((one) => [one.seriesInstanceUid, one.instance.sopInstanceUid]));
  const shortfall: Shortfall = { images: 0, emptyStudies: 0, emptySeries: 0 };
  const missing = new Map<string, number>();
  const seen = new Set<string>();
  const inRefused = new Set<string>();
  for (const {
    studyInstanceUid,
    series: { seriesInstanceUid },
    instanceCount,
  } of series) {
    if (seen.has(seriesInstanceUid)) continue;
    seen.add(seriesInstanceUid);
    if (refused.has(seriesInstanceUid)) {
      inRefused.add(studyInstanceUid);
      continue;
    }
    const found = seriesHas.get(seriesInstanceUid)?.size ?? 0;
    const lacks = Math.max(0, (instanceCount ?? 0) - found);
    missing.set(studyInstanceUid, (missing.get(studyInstanceUid) ?? 0) + lacks);
    if (found === 0 && instanceCount === undefined && studyHas.has(studyInstanceUid)) shortfall.emptySeries += 1;
  }
  for (const { studyInstanceUid, instanceCount } of studies) {
    if (refused.has(studyInstanceUid)) continue;
    const found = studyHas.get(studyInstanceUid)?.size ?? 0;
    const lacks = Math.max(0, (instanceCount ?? 0) - found, missing.get(studyInstanceUid) ?? 0);
    missing.set(studyInstanceUid, lacks);
    if (found === 0 && lacks === 0 && !inRefused.has(studyInstanceUid)) shortfall.emptyStudies += 1;
  }
  for (const images of missing.values()) shortfall.images += images;
  return shortfall;
}

function distinct(pairs: readonly [string, string][]): Map<string, Set<string>> {
  const sets = new Map<string, Set<string>>();
  for (const [key, value] of pairs) {
    const known = sets.get(key);
    if (known) known.add(value);
    else sets.set(key, new Set([value]));
  }
  return sets;
}
