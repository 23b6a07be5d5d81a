import { EventEmitter, once } from 'node:events';
import { SharedWork } from '@pacs-connectors/connector-core';

/**
 * Builds one manifest for all callers that wait for it or for its parts. A launch starts it before its viewer asks. It is
 * cancelled when the last caller leaves.
 */
export class Build<Result> {
  private readonly work: SharedWork<Result>;
  private parts: readonly Result[] = [];
  private readonly events = new EventEmitter().setMaxListeners(0);
  /** Returns what there is of the result, or of a part of it. The work sets it as soon as it can. */
  partial?: (part?: number) => Promise<Result | undefined>;

  private requestedPart = 0;
  private listener: ((part: number) => void) | undefined;

  constructor(work: (signal: AbortSignal, build: Build<Result>) => Promise<Result>) {
    this.work = new SharedWork((signal) => work(signal, this));
  }

  /** Calls `listener` with the highest part that was requested, now and whenever it changes. */
  onPartRequested(listener: (part: number) => void): void {
    this.listener = listener;
    if (this.requestedPart > 0) listener(this.requestedPart);
  }

  /** Sets the parts of the result that are ready, in order. Fewer parts than before are ignored. */
  setParts(parts: readonly Result[]): void {
    if (parts.length <= this.parts.length) return;
    this.parts = parts;
    this.events.emit('parts');
  }

  /**
   * Returns the result, or a part of it, as soon as it is ready. If the build ends without that part, it returns the whole.
   *
   * @param part its number, from 1
   * @throws the reason of `signal` if it aborts first; what the work throws
   */
  async wait(signal: AbortSignal, part?: number): Promise<Result> {
    signal.throwIfAborted();
    if (part === undefined) return this.work.wait(signal);
    if (part > this.requestedPart) {
      this.requestedPart = part;
      this.listener?.(part);
    }
    return this.work.wait(signal, this.part(part));
  }

  private async part(number: number): Promise<Result> {
    for (;;) {
      const part = this.parts[number - 1];
      if (part !== undefined || this.work.ended) return part ?? this.work.result;
      const stop = new AbortController();
      const more = once(this.events, 'parts', { signal: stop.signal }).catch(() => undefined);
      await Promise.race([more, this.settled()]);
      stop.abort();
    }
  }

  /** Whether the build was cancelled. Callers must not wait for it any more. */
  get cancelled(): boolean {
    return this.work.cancelled;
  }

  /** Resolves when the work has ended, with a result or an error. */
  settled(): Promise<void> {
    return this.work.settled;
  }

  /** Cancels the work if it has not ended. */
  cancel(): void {
    this.work.cancel(new DOMException('the manifest is not needed any more', 'AbortError'));
  }
}

/** What a running build needs to know of itself. */
export interface BuildContext<Result> {
  signal: AbortSignal;
  build: Build<Result>;
  /** Number of parts that viewers already have; `undefined` if another build makes the parts. */
  handedOut: number | undefined;
}
