import { Tag } from '../dimse/tags.js';
import { type SeriesAnswer } from './answers.js';
import { type Archive } from './archive.js';
import { type Content } from './content.js';
import { isFault } from './find-scu.js';
import { type WholeStudy } from './study-content.js';

/** Most answers at one level that are tested in one search. */
const MOST_TESTS = 8;

/** Answers at one level that were cut silently. */
export interface SilentCut {
  level: 'SERIES' | 'IMAGE';
  /** Number of matches of each. */
  limit: number;
  studyInstanceUids: string[];
}

/** An answer to the query below one study or series. */
interface Part {
  studyInstanceUid: string;
  patientId: string;
  seriesInstanceUid?: string;
  /** Series Numbers or Instance Numbers, as far as the archive returns them. */
  numbers: number[];
  uids: Set<string>;
}

/**
 * Tests whether the archive ended the answers below studies and series silently. If the archive counts nothing, and an answer
 * is as large as any before, two queries follow: for the next Series Number or Instance Number, and for the first missing number.
 */
export async function findSilentCuts(
  archive: Archive,
  studies: readonly WholeStudy[],
  { series, instances }: Content,
): Promise<SilentCut[]> {
  const parts = new Map<string, Part>();
  const inSeries = new Map<string, Part>();
  const uncounted = studies.filter(({ seriesCount, instanceCount }) => (seriesCount ?? instanceCount) === undefined);
  for (const { studyInstanceUid, patientId } of uncounted) {
    parts.set(studyInstanceUid, { studyInstanceUid, patientId, numbers: [], uids: new Set() });
  }
  for (const answer of series) {
    const study = parts.get(answer.studyInstanceUid);
    if (!study) continue;
    const { seriesInstanceUid, seriesNumber } = answer.series;
    add(study, seriesInstanceUid, seriesNumber);
    if (!isCounted(answer)) {
      inSeries.set(seriesInstanceUid, { ...study, seriesInstanceUid, numbers: [], uids: new Set() });
    }
  }
  for (const { seriesInstanceUid, instance } of instances) {
    const part = inSeries.get(seriesInstanceUid);
    if (part) add(part, instance.sopInstanceUid, instance.instanceNumber);
  }
  const cuts: SilentCut[] = [];
  for (const [level, own] of [
    ['SERIES', parts],
    ['IMAGE', inSeries],
  ] as const) {
    const suspects = [...own.values()].filter((part) => archive.scu.sizes.mayBeCut(level, part.uids.size, keyOf(part)));
    const tests = suspects.filter(({ numbers, uids }) => numbers.length === uids.size).slice(0, MOST_TESTS);
    const results = await archive.scu.forEach(tests, (part) => isCut(archive, level, part));
    for (const [index, part] of tests.entries()) {
      if (results[index] === false) archive.scu.sizes.confirm(level, keyOf(part), part.uids.size);
    }
    if (!results.includes(true)) continue;
    const limit = suspects[0]?.uids.size ?? 0;
    archive.scu.sizes.addLimit(level, limit);
    cuts.push({ level, limit, studyInstanceUids: [...new Set(suspects.map((part) => part.studyInstanceUid))] });
  }
  return cuts;
}

function keyOf({ studyInstanceUid, seriesInstanceUid }: Part): string {
  return seriesInstanceUid ?? studyInstanceUid;
}

function isCounted({ instanceCount }: SeriesAnswer): boolean {
  return instanceCount !== undefined;
}

function add(part: Part, uid: string, number: string | undefined): void {
  if (part.uids.has(uid)) return;
  part.uids.add(uid);
  if (number !== undefined && /^\d{1,9}$/.test(number)) part.numbers.push(Number(number));
}

/** Returns whether the archive has a series or image that its answer lacks; `undefined` if the test fails. */
async function isCut(archive: Archive, level: 'SERIES' | 'IMAGE', part: Part): Promise<boolean | undefined> {
  const { studyInstanceUid, seriesInstanceUid, patientId, numbers, uids } = part;
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const next = (sorted.at(-1) ?? 0) + 1;
  const gap = sorted.find((number) => number > 0 && !sorted.includes(number + 1)) ?? 0;
  const tag = level === 'SERIES' ? Tag.seriesInstanceUid : Tag.sopInstanceUid;
  for (const number of new Set([next, gap + 1])) {
    const unique: [number, string][] = [[Tag.studyInstanceUid, studyInstanceUid]];
    if (seriesInstanceUid !== undefined) unique.push([Tag.seriesInstanceUid, seriesInstanceUid]);
    const numberTag = level === 'SERIES' ? Tag.seriesNumber : Tag.instanceNumber;
    const query = {
      level,
      match: new Map([...unique, [numberTag, String(number)]]),
      patientId,
      returnKeys: [...unique.map(([key]) => key), tag, numberTag],
    };
    try {
      const found = await archive.scu.ask(query, (match) =>
        Number(match.get(numberTag)) === number && match.get(Tag.studyInstanceUid) !== undefined
          ? match.get(tag)
          : undefined,
      );
      if (found.some((uid) => !uids.has(uid))) return true;
    } catch (error) {
      if (!isFault(error)) throw error;
      return undefined;
    }
  }
  return false;
}
