/** Runs at most `limit` tasks at once; the others wait in order. */
export class Limiter {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** @param shared a limiter of more tasks, whose turns count too. */
  constructor(
    private readonly limit: number,
    private readonly shared?: Limiter,
  ) {}

  /** Runs `work` when it is its turn. @throws the reason of `signal` if that ends the wait. */
  async run<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const release = await this.acquire(signal);
    try {
      return await work();
    } finally {
      release();
    }
  }

  /** Waits for a turn. @returns what ends it. @throws the reason of `signal` if that ends the wait. */
  async acquire(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.running >= this.limit) await this.turn(signal);
    else this.running++;
    try {
      return this.releaseWith(await this.shared?.acquire(signal));
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Takes a turn if one is free. @returns what ends it. */
  tryAcquire(): (() => void) | undefined {
    if (this.running >= this.limit) return undefined;
    const release = this.shared?.tryAcquire();
    if (this.shared && !release) return undefined;
    this.running++;
    return this.releaseWith(release);
  }

  private releaseWith(releaseShared: (() => void) | undefined): () => void {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.release();
      releaseShared?.();
    };
  }

  private release(): void {
    // The turn goes to the next, so that `running` stays; else it is free.
    const next = this.waiting.shift();
    if (next) next();
    else this.running--;
  }

  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(begin), 1);
        reject(signal.reason as Error);
      };
      const begin = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.waiting.push(begin);
    });
  }
}
