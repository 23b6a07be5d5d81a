/** How far questions that the base protocol does not promise are used: `auto` proves them first. */
export type TrustMode = 'auto' | 'on' | 'off';

/** A verdict lasts this long, milliseconds: the peer may have been updated, or its limits changed. */
const LASTING_MS = 3_600_000;

interface Verdict {
  /** Largest answer that was shown to be right, matches; 0 after a wrong one. */
  provenRows: number;
  refuted: boolean;
  /** When it was given or confirmed last. */
  at: number;
}

/**
 * What one peer has shown that it can do, for each shape of question (a relational question by patient, a list of UIDs at
 * SERIES level, …). A shape is proven by its answer being that of the plain hierarchical questions, and only up to the size
 * of the answers compared: archives that cut long answers without a word do so at some size. One wrong answer takes it back.
 */
export class Trust {
  private readonly verdicts = new Map<string, Verdict>();
  private readonly trials = new Set<string>();
  /** The peer has said itself that it does not support this; `on` asks all the same. */
  declined = false;

  constructor(
    private readonly mode: TrustMode,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether it may be asked in earnest. */
  isTrusted(shape: string): boolean {
    const verdict = this.verdictOn(shape);
    if (this.mode === 'off' || verdict?.refuted) return false;
    return this.mode === 'on' || (!this.declined && verdict !== undefined);
  }

  /** Whether it should be proven, and nobody is at it. */
  isUntried(shape: string): boolean {
    return this.mode === 'auto' && !this.declined && !this.verdictOn(shape) && !this.trials.has(shape);
  }

  /** The size of answers that need no proof of their own, matches. */
  provenRows(shape: string): number {
    if (!this.isTrusted(shape)) return 0;
    return this.mode === 'on' ? Infinity : (this.verdictOn(shape)?.provenRows ?? 0);
  }

  /** A proof has begun. */
  startTrial(shape: string): void {
    this.trials.add(shape);
  }

  /** It has ended, whatever it showed. */
  endTrial(shape: string): void {
    this.trials.delete(shape);
  }

  /** Its answer of that size was right. Where another was wrong, that stands. */
  prove(shape: string, rows: number): void {
    const known = this.verdictOn(shape);
    if (this.mode === 'off' || known?.refuted) return;
    this.verdicts.set(shape, {
      provenRows: Math.max(rows, known?.provenRows ?? 0),
      refuted: false,
      at: this.now(),
    });
  }

  /** Its answer was wrong, or none. */
  refute(shape: string): void {
    this.verdicts.set(shape, { provenRows: 0, refuted: true, at: this.now() });
  }

  /** The verdict on each shape met so far, for the health check. */
  summary(): { [shape: string]: 'proven' | 'refuted' | 'being proven' } {
    const summary: { [shape: string]: 'proven' | 'refuted' | 'being proven' } = {};
    for (const shape of this.trials) summary[shape] = 'being proven';
    for (const shape of [...this.verdicts.keys()]) {
      const verdict = this.verdictOn(shape);
      if (verdict) summary[shape] = verdict.refuted ? 'refuted' : 'proven';
    }
    return summary;
  }

  private verdictOn(shape: string): Verdict | undefined {
    const verdict = this.verdicts.get(shape);
    if (!verdict || this.now() - verdict.at < LASTING_MS) return verdict;
    this.verdicts.delete(shape);
    return undefined;
  }
}
