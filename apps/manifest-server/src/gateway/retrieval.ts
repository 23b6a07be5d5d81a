import { type RetrievedInstance, SharedWork } from '@pacs-connectors/connector-core';
import { type StoredInstance } from './instance-store.js';

/**
 * One retrieval from an archive, which any number of readers follow. Each reads at its own speed. The retrieval ends early only if
 * the last reader leaves.
 */
export class Retrieval {
  private readonly arrived: string[] = [];
  private latest?: StoredInstance;
  private readonly work: SharedWork<void>;
  private changed = signalOnce();

  /**
   * @param retrieve starts the retrieval
   * @param keep keeps an instance; `undefined` if it is not one that was requested
   * @param kept returns an instance that was kept; `undefined` if it is kept no more
   */
  constructor(
    retrieve: (signal: AbortSignal) => AsyncIterable<RetrievedInstance>,
    keep: (instance: RetrievedInstance) => Promise<StoredInstance | undefined>,
    private readonly kept: (sopInstanceUid: string) => Promise<StoredInstance | undefined>,
  ) {
    this.work = new SharedWork(async (signal) => {
      // Readers come first, so that a failure has somebody to hear of it.
      await Promise.resolve();
      for await (const instance of retrieve(signal)) {
        const stored = await keep(instance);
        if (signal.aborted) throw signal.reason;
        if (!stored) continue;
        this.arrived.push(stored.sopInstanceUid);
        this.latest = stored;
        this.change();
      }
    });
    void this.work.settled.then(() => this.change());
  }

  /** Resolves when the retrieval has ended. */
  get settled(): Promise<void> {
    return this.work.settled;
  }

  /** True if nobody should follow it any more. */
  get isOver(): boolean {
    return this.work.cancelled || this.work.ended;
  }

  /**
   * Yields the instances as they arrive, those that have arrived first. An instance that is kept no more is left out.
   *
   * @throws what ended the retrieval early; the reason of `signal`
   */
  async *read(signal: AbortSignal): AsyncGenerator<StoredInstance> {
    const leave = new AbortController();
    const end = AbortSignal.any([signal, leave.signal]);
    const finished = this.work.wait(end);
    finished.catch(() => undefined);
    try {
      for (let at = 0; ;) {
        signal.throwIfAborted();
        const { changed } = this;
        if (at < this.arrived.length) {
          const uid = this.arrived[at++]!;
          const { latest } = this;
          const instance = latest?.sopInstanceUid === uid ? latest : await this.kept(uid);
          if (instance) yield instance;
        } else if (this.work.ended) {
          await finished;
          return;
        } else await Promise.race([changed.promise, finished]);
      }
    } finally {
      leave.abort();
    }
  }

  private change(): void {
    this.changed.resolve();
    this.changed = signalOnce();
  }
}

function signalOnce(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
