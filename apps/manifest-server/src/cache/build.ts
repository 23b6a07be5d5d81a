/**
 * One piece of work that many wait for: begun once, cancelled when the last who waited has left. Until somebody waits it
 * runs on, since a launch begins it before its viewer asks.
 */
export class Build<Result> {
  private readonly controller = new AbortController();
  private readonly result: Promise<Result>;
  private waiting = 0;
  private ended = false;
  /** How to get what there is of the result; not given until the work has told it. */
  partial?: () => Promise<Result>;

  constructor(work: (signal: AbortSignal, onPartial: (partial: () => Promise<Result>) => void) => Promise<Result>) {
    this.result = work(this.controller.signal, (partial) => (this.partial = partial));
    void this.settled().then(() => (this.ended = true));
  }

  /**
   * The result, as soon as it is there.
   *
   * @throws the signal's reason where it aborts first; what the work throws.
   */
  async wait(signal: AbortSignal): Promise<Result> {
    signal.throwIfAborted();
    this.waiting++;
    let leave: () => void = () => undefined;
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(signal.reason as Error);
      signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([this.result, left]);
    } finally {
      signal.removeEventListener('abort', leave);
      if (--this.waiting === 0) this.cancel();
    }
  }

  /** True once it was ended before its time: nobody should wait for it any more. */
  get cancelled(): boolean {
    return this.controller.signal.aborted;
  }

  /** Resolves when the work has ended, either way. */
  async settled(): Promise<void> {
    await this.result.catch(() => undefined);
  }

  /** Ends the work; nothing happens where it has ended. */
  cancel(): void {
    if (!this.ended) this.controller.abort(new DOMException('nobody waits for the manifest any more', 'AbortError'));
  }
}
