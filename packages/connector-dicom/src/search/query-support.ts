/** How far queries that the base protocol does not promise are used: `auto` proves them first. */
export type SupportMode = 'auto' | 'on' | 'off';

/** A verdict lasts this long, milliseconds: the peer may have been updated, or its limits changed. */
const LIFETIME_MS = 3_600_000;

interface Verdict {
  /** Largest answer that was shown to be right, matches; 0 after a wrong one. */
  confirmedRows: number;
  refuted: boolean;
  /** When it was given or confirmed last. */
  at: number;
}

/**
 * What one peer has shown that it can do, for each shape of query (a relational query by patient, a list of UIDs at
 * SERIES level, …). A shape is proven by its answer being that of the plain hierarchical queries, and only up to the size
 * of the answers compared: archives that cut long answers without a word do so at some size. One wrong answer takes it back.
 */
export class QuerySupport {
  private readonly verdicts = new Map<string, Verdict>();
  private readonly checks = new Set<string>();
  /** The peer has said itself that it does not support this; `on` asks all the same. */
  declined = false;

  constructor(
    private readonly mode: SupportMode,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether it may be asked in earnest. */
  isSupported(shape: string): boolean {
    const verdict = this.verdictOn(shape);
    if (this.mode === 'off' || verdict?.refuted) return false;
    return this.mode === 'on' || (!this.declined && verdict !== undefined);
  }

  /** Whether it should be proven, and nobody is at it. */
  isUnchecked(shape: string): boolean {
    return this.mode === 'auto' && !this.declined && !this.verdictOn(shape) && !this.checks.has(shape);
  }

  /** The size of answers that need no check of their own, matches. */
  confirmedRows(shape: string): number {
    if (!this.isSupported(shape)) return 0;
    return this.mode === 'on' ? Infinity : (this.verdictOn(shape)?.confirmedRows ?? 0);
  }

  /** A check has started. */
  startCheck(shape: string): void {
    this.checks.add(shape);
  }

  /** It has ended, whatever the result. */
  endCheck(shape: string): void {
    this.checks.delete(shape);
  }

  /** Its answer of that size was right. Where another was wrong, that stands. */
  confirm(shape: string, rows: number): void {
    const known = this.verdictOn(shape);
    if (this.mode === 'off' || known?.refuted) return;
    this.verdicts.set(shape, {
      confirmedRows: Math.max(rows, known?.confirmedRows ?? 0),
      refuted: false,
      at: this.now(),
    });
  }

  /** Its answer was wrong, or none. */
  refute(shape: string): void {
    this.verdicts.set(shape, { confirmedRows: 0, refuted: true, at: this.now() });
  }

  /** The verdict on each shape met so far, for the health check. */
  summary(): { [shape: string]: 'proven' | 'refuted' | 'being proven' } {
    const summary: { [shape: string]: 'proven' | 'refuted' | 'being proven' } = {};
    for (const shape of this.checks) summary[shape] = 'being proven';
    for (const shape of [...this.verdicts.keys()]) {
      const verdict = this.verdictOn(shape);
      if (verdict) summary[shape] = verdict.refuted ? 'refuted' : 'proven';
    }
    return summary;
  }

  private verdictOn(shape: string): Verdict | undefined {
    const verdict = this.verdicts.get(shape);
    if (!verdict || this.now() - verdict.at < LIFETIME_MS) return verdict;
    this.verdicts.delete(shape);
    return undefined;
  }
}
