import { type SharedStore } from './shared-store.js';
import { SteadyClock } from './steady-clock.js';

/** How long a shared store is not used after a failure, milliseconds: one that hangs would delay every launch. */
const RETRY_MS = 1000;

/** Gives access to the shared store, if there is one. Its failures do not fail or delay launches. */
export class SharedAccess {
  /** Whether the store answered the last request; `undefined` before the first one. */
  reachable: boolean | undefined;
  /** The error of the last request, if it failed. */
  error: unknown;
  private readonly clock = new SteadyClock();
  private retryAt = 0;
  private closed = false;

  /** @param onChange called when the store stops answering, and when it answers again */
  constructor(
    private readonly store: SharedStore | undefined,
    private readonly onChange: ((reachable: boolean, error?: unknown) => void) | undefined,
  ) {}

  /** Returns what `ask` returns; `undefined` if there is no store or it does not answer. */
  async use<Result>(ask: (store: SharedStore) => Promise<Result>): Promise<Result | undefined> {
    if (!this.store || this.clock.now() < this.retryAt) return undefined;
    try {
      const result = await ask(this.store);
      this.note(true);
      return result;
    } catch (error) {
      if (error instanceof DOMException) return undefined;
      this.retryAt = this.clock.now() + RETRY_MS;
      this.note(false, error);
      return undefined;
    }
  }

  /** Checks the store. @throws an error if it does not answer */
  async check(): Promise<void> {
    if (!this.store) return;
    try {
      await this.store.check();
      this.retryAt = 0;
      this.note(true);
    } catch (error) {
      this.note(false, error);
      throw error;
    }
  }

  /** Stops calling `onChange`. */
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
