import { type Level } from '../http/question.js';

/** No server is known that gives fewer results at once than this where there are more. */
const SMALLEST_CAP = 10;

/** What has been learnt about one server by asking it. It saves questions; nothing that is not proved is believed. */
export class ServerKnowledge {
  /** False: several UIDs in one value, a comma between (PS3.4 C.2.2.2.2), are not understood. */
  uidLists: boolean | undefined;
  /** False: searches across studies or series (relational, PS3.18 10.6.1.1) do not give what the counts promise. */
  relational: boolean | undefined;
  /** How attributes beyond the default ones are had: by their tags, only by `all`, or not at all. */
  includeField: 'tags' | 'all' | 'never' | undefined;
  /** False: instances found in a study come without the attributes of their series. */
  seriesInInstances: boolean | undefined;
  /** Largest answer of each level that was proved to be complete: smaller ones were not cut either. */
  private readonly complete: Record<Level, number> = { study: 0, series: 0, instance: 0 };

  /** An answer of `count` results was complete, and not because it had been limited by us. */
  learnComplete(level: Level, count: number): void {
    this.complete[level] = Math.max(this.complete[level], count);
  }

  /** Whether an answer of `count` results is too small to have been cut; one as large as the largest may be the limit. */
  isSurelyComplete(level: Level, count: number): boolean {
    return count < this.complete[level] || count < SMALLEST_CAP;
  }
}
