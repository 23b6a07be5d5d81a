import { EventEmitter, once } from 'node:events';

/**
 * One piece of work that many wait for: begun once, cancelled when the last who waited has left. Until somebody waits it
 * runs on, since a launch begins it before its viewer asks.
 */
export class Build<Result> {
  private readonly controller = new AbortController();
  private readonly result: Promise<Result>;
  private waiting = 0;
  private ended = false;
  private parts: readonly Result[] = [];
  private readonly events = new EventEmitter().setMaxListeners(0);
  /** How to get what there is of the result, or of a part of it; not given until the work has told it. */
  partial?: (part?: number) => Promise<Result | undefined>;

  private wanted = 0;
  private listener: ((part: number) => void) | undefined;

  constructor(work: (signal: AbortSignal, build: Build<Result>) => Promise<Result>) {
    this.result = work(this.controller.signal, this);
    void this.settled().then(() => (this.ended = true));
  }

  /** Tells which part is asked for, now and from then on. */
  onWanted(listener: (part: number) => void): void {
    this.listener = listener;
    if (this.wanted > 0) listener(this.wanted);
  }

  /** These parts of the result are there, in order. */
  tellParts(parts: readonly Result[]): void {
    if (parts.length <= this.parts.length) return;
    this.parts = parts;
    this.events.emit('parts');
  }

  /**
   * The result, or a part of it, as soon as it is there. A part that is not there in the end is the whole.
   *
   * @param part its number, from 1
   * @throws the signal's reason where it aborts first; what the work throws.
   */
  async wait(signal: AbortSignal, part?: number): Promise<Result> {
    signal.throwIfAborted();
    if (part !== undefined && part > this.wanted) {
      this.wanted = part;
      this.listener?.(part);
    }
    this.waiting++;
    let leave: () => void = () => undefined;
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(signal.reason as Error);
      signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([part === undefined ? this.result : this.part(part), left]);
    } finally {
      signal.removeEventListener('abort', leave);
      // Who has got a part comes for the next one.
      if (--this.waiting === 0 && signal.aborted) this.cancel();
    }
  }

  private async part(number: number): Promise<Result> {
    for (;;) {
      const part = this.parts[number - 1];
      if (part !== undefined || this.ended) return part ?? this.result;
      const told = new AbortController();
      const more = once(this.events, 'parts', { signal: told.signal }).catch(() => undefined);
      await Promise.race([more, this.settled()]);
      told.abort();
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

/** What a build under way needs to know of itself. */
export interface Building<Result> {
  signal: AbortSignal;
  build: Build<Result>;
  /** How many parts viewers have; not given: another build makes the parts. */
  handedOut: number | undefined;
}
