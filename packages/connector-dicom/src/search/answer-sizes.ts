import { type Level } from './return-keys.js';

/** How long a size is remembered, milliseconds: the limits of an archive may change. */
const LIFETIME_MS = 3_600_000;
/** Most answers whose completeness is remembered. */
const MOST_PROVEN = 1_000;

/**
 * Records the number of matches in the largest answer of one archive, by level. An archive that ends answers silently does so at
 * a fixed number of matches. An answer smaller than the largest one is therefore complete.
 */
export class AnswerSizes {
  private readonly largest = new Map<Level, { matches: number; at: number }>();
  private readonly proven = new Map<string, { matches: number; at: number }>();
  /** Number of matches at which the archive was seen to end answers silently, by level. */
  private readonly limits = new Map<Level, { matches: number; at: number }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  add(level: Level, matches: number): void {
    if (matches >= (this.current(this.largest, level) ?? 0)) this.largest.set(level, { matches, at: this.now() });
  }

  /**
   * Returns whether an answer of this size may have been cut at the archive's limit. One match is no limit.
   *
   * @param key of the patient, study or series that was queried.
   */
  mayBeCut(level: Level, matches: number, key: string): boolean {
    if (this.current(this.proven, `${level} ${key}`) === matches) return false;
    return matches > 1 && matches >= (this.current(this.largest, level) ?? 0);
  }

  /** Records that the answer for `key` was complete with so many matches. */
  confirm(level: Level, key: string, matches: number): void {
    const [oldest] = this.proven.keys();
    if (oldest !== undefined && this.proven.size >= MOST_PROVEN) this.proven.delete(oldest);
    this.proven.set(`${level} ${key}`, { matches, at: this.now() });
  }

  /** Records that the archive ended an answer silently after so many matches. */
  addLimit(level: Level, matches: number): void {
    this.limits.set(level, { matches, at: this.now() });
  }

  /** Returns the limits that were seen, for the health check. */
  summary(): { [name: string]: string } {
    const limits = [...this.limits.keys()].flatMap((level) => {
      const matches = this.current(this.limits, level);
      return matches === undefined ? [] : [`${matches} at ${level} level`];
    });
    return limits.length > 0 ? { 'silent limit of matches': limits.join(', ') } : {};
  }

  private current<Key>(of: ReadonlyMap<Key, { matches: number; at: number }>, key: Key): number | undefined {
    const known = of.get(key);
    return known && this.now() - known.at < LIFETIME_MS ? known.matches : undefined;
  }
}
