import { type Row } from '../rows/row.js';
import { BATCH_SIZE } from './engine.js';

/** Collects rows that a driver pushes one by one, and yields them in batches. Pauses the driver while enough rows wait. */
export class PushedRows implements AsyncIterable<readonly Row[]> {
  private rows: Row[] = [];
  private held = false;
  private over = false;
  private error: unknown;
  private wake?: () => void;

  constructor(private readonly flow: { pause(): void; resume(): void }) {}

  push(row: Row): void {
    this.rows.push(row);
    if (this.rows.length < BATCH_SIZE) return;
    if (!this.held && this.rows.length >= 4 * BATCH_SIZE) {
      this.held = true;
      this.flow.pause();
    }
    this.wake?.();
  }

  /**
   * Ends the rows. Only the first call counts, because a driver may report an error and then the end.
   *
   * @param error Why the rows are not complete; the iterator throws it.
   */
  end(error?: unknown): void {
    if (this.over) return;
    this.over = true;
    this.error = error;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Row[]> {
    for (;;) {
      if (this.rows.length < BATCH_SIZE && !this.over) {
        await new Promise<void>((resolve) => (this.wake = resolve));
        this.wake = undefined;
        continue;
      }
      if (this.error !== undefined) throw this.error;
      if (this.rows.length > 0) {
        const batch = this.rows.slice(0, BATCH_SIZE);
        this.rows = this.rows.slice(BATCH_SIZE);
        if (this.held && this.rows.length < BATCH_SIZE) {
          this.held = false;
          this.flow.resume();
        }
        yield batch;
        // Other requests get their turn between two batches, even if the rows arrived together.
        await new Promise(setImmediate);
      } else if (this.over) {
        return;
      }
    }
  }
}
