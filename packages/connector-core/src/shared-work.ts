/**
 * Work that several callers wait for. It runs once, and ends early only if its last caller leaves. Before anybody waits, it runs
 * to its end.
 */
export class SharedWork<Result> {
  /** The result of the work. Waiting for it by {@link wait} counts as a caller. */
  readonly result: Promise<Result>;
  /** Resolves when the work has ended, with a result or an error. */
  readonly settled: Promise<void>;
  private readonly controller = new AbortController();
  private callers = 0;
  private hasEnded = false;

  constructor(work: (signal: AbortSignal) => Promise<Result>) {
    this.result = work(this.controller.signal);
    const end = () => {
      this.hasEnded = true;
    };
    this.settled = this.result.then(end, end);
  }

  /**
   * Waits for the result of the work, or for `part` of it. A caller who leaves takes nothing from the others; if nobody is left,
   * the work is cancelled.
   *
   * @throws the reason of `signal`, as soon as it aborts; otherwise what the work throws
   */
  wait(signal: AbortSignal): Promise<Result>;
  wait<Part>(signal: AbortSignal, part: Promise<Part>): Promise<Part>;
  wait(signal: AbortSignal, part: Promise<unknown> = this.result): Promise<unknown> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    this.callers++;
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(signal.reason as Error);
        this.callers--;
        if (this.callers === 0) this.cancel(signal.reason);
      };
      const finish = () => {
        // A caller who has left is not counted any more.
        if (signal.aborted) return;
        signal.removeEventListener('abort', leave);
        this.callers--;
      };
      signal.addEventListener('abort', leave, { once: true });
      part.finally(finish).then(resolve, reject);
    });
  }

  /** True if the work was cancelled. Nobody should wait for it then. */
  get cancelled(): boolean {
    return this.controller.signal.aborted;
  }

  /** True if the work has ended, with a result or an error. */
  get ended(): boolean {
    return this.hasEnded;
  }

  /** Cancels the work, unless it has ended. */
  cancel(reason?: unknown): void {
    if (!this.hasEnded) this.controller.abort(reason);
  }
}
