/** Whether optional queries are used: `auto` tests them first. */
export type SupportMode = 'auto' | 'on' | 'off';

/** How long a verdict lasts, milliseconds: the peer may be updated, or its limits changed. */
const LIFETIME_MS = 3_600_000;

interface Verdict {
  /** Number of matches of the largest answer that was right; 0 after a wrong one. */
  confirmedRows: number;
  refuted: boolean;
  /** When it was last given or confirmed. */
  at: number;
}

/**
 * Records which optional queries one peer supports, by their shape: a relational query by patient, a list of UIDs at SERIES
 * level, and so on. A shape is supported if its answer equals that of the hierarchical queries. The support is limited to
 * the size of the compared answers, because some archives cut longer answers silently. One wrong answer ends the support.
 */
export class QuerySupport {
  private readonly verdicts = new Map<string, Verdict>();
  private readonly checks = new Set<string>();
  /** The peer has declined such queries in the negotiation. With `on` they are sent anyway. */
  declined = false;

  constructor(
    private readonly mode: SupportMode,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Returns whether answers to queries of `shape` can be used. */
  isSupported(shape: string): boolean {
    const verdict = this.verdictOn(shape);
    if (this.mode === 'off' || verdict?.refuted) return false;
    return this.mode === 'on' || (!this.declined && verdict !== undefined);
  }

  /** Returns whether `shape` should be tested and no test of it is running. */
  isUnchecked(shape: string): boolean {
    return this.mode === 'auto' && !this.declined && !this.verdictOn(shape) && !this.checks.has(shape);
  }

  /** Returns the number of matches up to which an answer needs no further check. */
  confirmedRows(shape: string): number {
    if (!this.isSupported(shape)) return 0;
    return this.mode === 'on' ? Infinity : (this.verdictOn(shape)?.confirmedRows ?? 0);
  }

  /** Records that a check of `shape` has started. */
  startCheck(shape: string): void {
    this.checks.add(shape);
  }

  /** Records that the check of `shape` has ended, with any result. */
  endCheck(shape: string): void {
    this.checks.delete(shape);
  }

  /** Records that an answer of this size was right. An earlier wrong answer still counts. */
  confirm(shape: string, rows: number): void {
    const known = this.verdictOn(shape);
    if (this.mode === 'off' || known?.refuted) return;
    this.verdicts.set(shape, {
      confirmedRows: Math.max(rows, known?.confirmedRows ?? 0),
      refuted: false,
      at: this.now(),
    });
  }

  /** Records that an answer was wrong or did not come. */
  refute(shape: string): void {
    this.verdicts.set(shape, { confirmedRows: 0, refuted: true, at: this.now() });
  }

  /** Returns the verdict on each shape so far, for the health check. */
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
