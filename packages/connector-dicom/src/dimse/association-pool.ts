import { type ConnectionUse } from '@pacs-connectors/connector-core';
import { type Association } from './association.js';
import { aborted, DimseError } from './dimse-error.js';

export interface PoolOptions {
  /** Most associations at once, those being opened included; at least 1. */
  limit: number;
  /** How long an association that nobody needs is kept open, milliseconds. */
  idleMs: number;
  /** An association is released after so many queries … */
  maxUses: number;
  /** … or after this time, milliseconds, so that a peer's own limits are never met. */
  maxAgeMs: number;
}

/** Time for which a peer that was full is left alone, whoever waits, milliseconds; doubled each time up to the last. */
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 2_000;

/**
 * The associations to one peer: opened when they are needed, shared by everybody who asks, kept warm for a short time, never
 * more than the limit. Who finds none free waits in line.
 */
export class AssociationPool {
  /** Those that nobody needs just now, and since when; the one waiting longest first. */
  private idle: { association: Association; since: number }[] = [];
  private readonly open = new Set<Association>();
  private readonly line: ((association: Association | undefined) => void)[] = [];
  private readonly closing = new AbortController();
  private opening = 0;
  /** Why the peer takes no more associations just now, where it does not: what an operator has to know when time runs out. */
  congestion: DimseError | undefined;
  /** While the peer is full, nobody tries to open another before this time, on the clock of `performance.now()`. */
  private retryAt = 0;
  private retryMs = 0;
  /** When the peer was heard last on any association that has ended. */
  private lastHeardAt = -Infinity;
  private idleTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly openOne: (signal: AbortSignal) => Promise<Association>,
    private readonly options: PoolOptions,
  ) {}

  /** When the peer was heard last, on the clock of `performance.now()`. */
  get lastResponseAt(): number {
    return Math.max(this.lastHeardAt, ...[...this.open].map(({ heardAt }) => heardAt));
  }

  /** Associations that exist now, those being opened and those being released included. */
  get size(): number {
    return this.open.size + this.opening;
  }

  /** Associations just now; one that is being opened is in use. */
  get use(): ConnectionUse {
    const idle = this.idle.filter(({ association }) => association.usable).length;
    return { inUse: this.size - idle, idle, limit: this.options.limit };
  }

  /**
   * Runs `task` on an association of its own.
   *
   * An association that has ended unseen since it was used last costs nothing: the task is run once more, on a new one.
   *
   * @param place `first`: before everybody who waits.
   * @throws DimseError whatever the task or the opening throws.
   */
  async run<Result>(
    task: (association: Association) => Promise<Result>,
    signal: AbortSignal,
    place: 'first' | 'last' = 'last',
  ): Promise<Result> {
    const either = AbortSignal.any([signal, this.closing.signal]);
    for (;;) {
      const association = await this.acquire(either, place);
      const reused = association.uses > 0;
      try {
        return await task(association);
      } catch (error) {
        if (!(reused && error instanceof DimseError && error.lost) || either.aborted) throw error;
      } finally {
        void association.whenIdle().then(() => this.giveBack(association));
      }
    }
  }

  /** Ends everything; queries under way reject. */
  async close(): Promise<void> {
    this.closing.abort(new DOMException('the connector is closed', 'AbortError'));
    clearTimeout(this.idleTimer);
    const idle = new Set(this.idle.map(({ association }) => association));
    await Promise.all(
      [...this.open].map((association) => {
        if (!idle.has(association)) association.abort();
        return association.release();
      }),
    );
  }

  private async acquire(signal: AbortSignal, place: 'first' | 'last'): Promise<Association> {
    for (;;) {
      if (signal.aborted) throw aborted(signal);
      const association = this.takeIdle() ?? (await this.openOrWait(signal, place));
      if (association) return association;
    }
  }

  /** @returns nothing where it is worth looking again: one may have become free, or the peer may take one more. */
  private async openOrWait(signal: AbortSignal, place: 'first' | 'last'): Promise<Association | undefined> {
    if (this.size >= this.options.limit) return this.nextInLine(signal, place);
    const restMs = this.restBeforeOpening();
    if (restMs > 0) return this.nextInLine(signal, place, restMs);
    try {
      const association = await this.openNew(signal);
      this.congestion = undefined;
      this.retryMs = 0;
      // Whoever still rests because the peer was full.
      this.wakeOne();
      return association;
    } catch (error) {
      if (!(error instanceof DimseError) || !error.transient) {
        // Whoever waits in line may open one of its own now, and be told itself what is wrong.
        this.wakeOne();
        throw error;
      }
      this.congestion = error;
      this.retryMs = Math.min(Math.max(this.retryMs * 2, FIRST_RETRY_MS), LAST_RETRY_MS);
      this.retryAt = performance.now() + this.retryMs;
      return this.nextInLine(signal, place, this.retryMs);
    }
  }

  /** A peer that was full is tried by one at a time, and not at once again, however many wait. */
  private restBeforeOpening(): number {
    if (!this.congestion) return 0;
    return this.opening > 0 ? FIRST_RETRY_MS : this.retryAt - performance.now();
  }

  private takeIdle(): Association | undefined {
    for (;;) {
      const association = this.idle.pop()?.association;
      if (!association || association.usable) return association;
    }
  }

  private async openNew(signal: AbortSignal): Promise<Association> {
    this.opening += 1;
    try {
      const association = await this.openOne(signal);
      this.open.add(association);
      // Not before the peer sees the end too: it counts those that are being released.
      void association.closed.then(() => {
        this.open.delete(association);
        this.lastHeardAt = Math.max(this.lastHeardAt, association.heardAt);
        this.idle = this.idle.filter((one) => one.association !== association);
        this.wakeOne();
      });
      return association;
    } finally {
      this.opening -= 1;
    }
  }

  /** Resolves with an association that was given back, or with nothing: then it is worth trying to open one. */
  private nextInLine(
    signal: AbortSignal,
    place: 'first' | 'last',
    patienceMs?: number,
  ): Promise<Association | undefined> {
    return new Promise((resolve) => {
      const leave = (association?: Association) => {
        const position = this.line.indexOf(leave);
        if (position >= 0) this.line.splice(position, 1);
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        resolve(association);
      };
      const onAbort = () => leave();
      const timer = patienceMs === undefined ? undefined : setTimeout(onAbort, patienceMs);
      if (place === 'first') this.line.unshift(leave);
      else this.line.push(leave);
      if (signal.aborted) leave();
      else signal.addEventListener('abort', onAbort);
    });
  }

  private wakeOne(): void {
    this.line[0]?.(undefined);
  }

  private giveBack(association: Association): void {
    if (!association.usable) return;
    const { maxUses, maxAgeMs } = this.options;
    const worn = association.uses >= maxUses || performance.now() - association.openedAt >= maxAgeMs;
    if (worn || this.closing.signal.aborted) {
      void association.release();
      return;
    }
    const next = this.line[0];
    if (next) next(association);
    else {
      this.idle.push({ association, since: performance.now() });
      this.idleTimer ??= this.startIdleTimer(this.options.idleMs);
    }
  }

  private startIdleTimer(afterMs: number): NodeJS.Timeout {
    return setTimeout(
      () => {
        const oldest = performance.now() - this.options.idleMs;
        for (const { association, since } of [...this.idle]) if (since <= oldest) void association.release();
        const [next] = this.idle.filter(({ since }) => since > oldest);
        this.idleTimer = next && this.startIdleTimer(next.since - oldest);
      },
      Math.max(afterMs, 1),
    );
  }
}
