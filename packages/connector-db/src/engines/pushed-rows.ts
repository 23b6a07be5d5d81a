import { type Row } from '../rows/row.js';
import { BATCH_SIZE } from './engine.js';

/** Rows that a driver pushes one by one, to be pulled in batches; the driver is held back while enough of them wait. */
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

  /** No more rows. What is said first counts: a driver may tell of an error and then of the end. */
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
        // Rows that came together are no reason to keep other requests waiting.
        await new Promise(setImmediate);
      } else if (this.over) {
        return;
      }
    }
  }
}
