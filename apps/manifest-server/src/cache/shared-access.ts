import { type SharedStore } from './shared-store.js';

/** A shared store that did not answer is left alone for this long, milliseconds: one that hangs would delay every launch. */
const REST_MS = 1000;

/** The shared store where there is one and it answers: nothing here waits for one that does not, or fails with it. */
export class SharedAccess {
  /** Whether the store answered when it was used last; not known before that. */
  reachable: boolean | undefined;
  /** What the store failed with when it was used last. */
  error: unknown;
  private restsUntil = 0;
  private closed = false;

  /** @param onChange told once when the store does not answer (any more), and once when it answers again */
  constructor(
    private readonly store: SharedStore | undefined,
    private readonly onChange: ((reachable: boolean, error?: unknown) => void) | undefined,
  ) {}

  /** What the store says; `undefined` where there is none or it does not answer. */
  async use<Result>(ask: (store: SharedStore) => Promise<Result>): Promise<Result | undefined> {
    if (!this.store || Date.now() < this.restsUntil) return undefined;
    try {
      const result = await ask(this.store);
      this.note(true);
      return result;
    } catch (error) {
      if (error instanceof DOMException) return undefined;
      this.restsUntil = Date.now() + REST_MS;
      this.note(false, error);
      return undefined;
    }
  }

  /** Rejects where the store does not answer. */
  async check(): Promise<void> {
    if (!this.store) return;
    try {
      await this.store.check();
      this.restsUntil = 0;
      this.note(true);
    } catch (error) {
      this.note(false, error);
      throw error;
    }
  }

  /** What becomes of the store is not told from now on. */
  stop(): void {
    this.closed = true;
  }

  note(reachable: boolean, error?: unknown): void {
    if (this.closed) return;
    this.error = error;
    if (reachable === this.reachable) return;
    const turned = !reachable || this.reachable !== undefined;
    this.reachable = reachable;
    if (turned) this.onChange?.(reachable, error);
  }
}
