import { type SeriesAnswer } from './answers.js';
import { type Content } from './content.js';
import { type WholeStudy } from './study-content.js';

/** What an answer lacks, by what the archive itself says. */
export interface Shortfall {
  /** Images that it counts and does not list, by study. */
  images: Map<string, number>;
  /** Series that it counts and does not list, by study, unless their images are counted as missing already. */
  series: Map<string, number>;
  /** Studies without counts in which it lists nothing at all. */
  emptyStudies: string[];
  /** Series without counts in which it lists no image, in studies that have some; by Series Instance UID, with the study. */
  emptySeries: Map<string, string>;
}

/**
 * Compares the images found with the archive's counts. Without a count, a study and a series must have at least one.
 *
 * @param studies that are wanted as a whole.
 * @param series that are wanted as a whole, of these studies and of others.
 * @param faulty studies and series whose queries failed, which is reported elsewhere.
 */
export function shortfallOf(
  studies: readonly WholeStudy[],
  series: readonly SeriesAnswer[],
  { instances }: Content,
  faulty: ReadonlySet<string>,
): Shortfall {
  const studyHas = distinct(instances.map((one) => [one.studyInstanceUid, one.instance.sopInstanceUid]));
  const seriesHas = distinct(instances.map((one) => [one.seriesInstanceUid, one.instance.sopInstanceUid]));
  const shortfall: Shortfall = {
    images: new Map(),
    series: new Map(),
    emptyStudies: [],
    emptySeries: new Map(),
  };
  const studySeries = distinct([
    ...series.map((one) => [one.studyInstanceUid, one.series.seriesInstanceUid] as [string, string]),
    ...instances.map((one) => [one.studyInstanceUid, one.seriesInstanceUid] as [string, string]),
  ]);
  const missing = new Map<string, number>();
  const seen = new Set<string>();
  const inFaulty = new Set<string>();
  for (const {
    studyInstanceUid,
    series: { seriesInstanceUid },
    instanceCount,
  } of series) {
    if (seen.has(seriesInstanceUid)) continue;
    seen.add(seriesInstanceUid);
    if (faulty.has(seriesInstanceUid)) {
      inFaulty.add(studyInstanceUid);
      continue;
    }
    const found = seriesHas.get(seriesInstanceUid)?.size ?? 0;
    const lacks = Math.max(0, (instanceCount ?? 0) - found);
    missing.set(studyInstanceUid, (missing.get(studyInstanceUid) ?? 0) + lacks);
    if (found === 0 && instanceCount === undefined && studyHas.has(studyInstanceUid)) {
      shortfall.emptySeries.set(seriesInstanceUid, studyInstanceUid);
    }
  }
  for (const { studyInstanceUid, instanceCount, seriesCount } of studies) {
    if (faulty.has(studyInstanceUid)) continue;
    const found = studyHas.get(studyInstanceUid)?.size ?? 0;
    const lacks = Math.max(0, (instanceCount ?? 0) - found, missing.get(studyInstanceUid) ?? 0);
    missing.set(studyInstanceUid, lacks);
    if (found === 0 && lacks === 0 && !inFaulty.has(studyInstanceUid)) shortfall.emptyStudies.push(studyInstanceUid);
    const lacksSeries = (seriesCount ?? 0) - (studySeries.get(studyInstanceUid)?.size ?? 0);
    if (lacks === 0 && found > 0 && lacksSeries > 0) shortfall.series.set(studyInstanceUid, lacksSeries);
  }
  for (const [studyUid, images] of missing) if (images > 0) shortfall.images.set(studyUid, images);
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
