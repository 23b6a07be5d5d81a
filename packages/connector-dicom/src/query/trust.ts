/** How far questions that the base protocol does not promise are used: `auto` proves them first. */
export type TrustMode = 'auto' | 'on' | 'off';

/** A peer that failed a proof gets another chance after this time: it may have been updated. Milliseconds. */
const FORGIVE_MS = 3_600_000;

interface Record {
  /** Largest answer that was shown to be right, matches. */
  provenRows: number;
  refutedAt?: number;
}

/**
 * What one peer has shown that it can do, for each shape of question (a relational question by patient, a list of UIDs at
 * SERIES level, …). A shape is proven by its answer being that of the plain hierarchical questions, and only up to the size
 * of the answers compared: archives that cut long answers without a word do so at some size. One wrong answer takes it back.
 */
export class Trust {
  private readonly records = new Map<string, Record>();
  /** The peer has said itself that it does not support this; `on` asks all the same. */
  declined = false;

  constructor(
    private readonly mode: TrustMode,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether it may be asked in earnest. */
  isTrusted(shape: string): boolean {
    if (this.mode === 'off' || this.isRefuted(shape)) return false;
    return this.mode === 'on' || (!this.declined && this.records.has(shape));
  }

  /** Whether it should be asked beside the plain questions, to compare the answers. */
  isUntried(shape: string): boolean {
    return this.mode === 'auto' && !this.declined && !this.isRefuted(shape) && !this.isTrusted(shape);
  }

  /** Whether an answer of that size needs no proof of its own. */
  covers(shape: string, rows: number): boolean {
    return this.mode === 'on' || rows <= (this.records.get(shape)?.provenRows ?? 0);
  }

  /** Its answer of that size was right. */
  prove(shape: string, rows: number): void {
    if (this.mode === 'off') return;
    this.records.set(shape, { provenRows: Math.max(rows, this.records.get(shape)?.provenRows ?? 0) });
  }

  /** Its answer was wrong, or a failure. */
  refute(shape: string): void {
    this.records.set(shape, { provenRows: 0, refutedAt: this.now() });
  }

  /** `proven`, `refuted` or `untried` for each shape met so far, for the health check. */
  summary(): { [shape: string]: 'proven' | 'refuted' } {
    return Object.fromEntries(
      [...this.records.keys()].map((shape) => [shape, this.isRefuted(shape) ? 'refuted' : 'proven'] as const),
    );
  }

  private isRefuted(shape: string): boolean {
    const record = this.records.get(shape);
    if (record?.refutedAt === undefined) return false;
    if (this.now() - record.refutedAt < FORGIVE_MS) return true;
    this.records.delete(shape);
    return false;
  }
}
