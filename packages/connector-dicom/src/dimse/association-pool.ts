import { type ConnectionUse } from '@pacs-connectors/connector-core';
import { type Association } from './association.js';
import { aborted, DimseError, PreemptedError } from './dimse-error.js';
import { codes } from '../errors/error-codes.js';
import * as faults from './faults.js';

export interface PoolOptions {
  /** Most associations at once, those being opened included; at least 1. */
  limit: number;
  /** How long an unused association is kept open, milliseconds. */
  idleMs: number;
  /** An association is released after so many queries … */
  maxUses: number;
  /** … or after this time, milliseconds, so that limits of the peer are never reached. */
  maxAgeMs: number;
}

/**
 * The order in which waiting queries get an association. `first` is for health checks and precedes all others. `background`
 * gives way to all others, and is ended if its association is needed.
 */
export type Priority = 'first' | 'last' | 'background';

/** A task that runs on an association. `signal` ends it early because others need the association. */
type Task<Result> = (association: Association, signal: AbortSignal) => Promise<Result>;

/** How long the pool waits after the peer declined an association, milliseconds. The time doubles up to `LAST_RETRY_MS`. */
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 2_000;
/** The longest wait after a failure that does not look transient, while another association works, milliseconds. */
const LAST_RETRY_OF_FAILURES_MS = 30_000;
/** How long an unused association is kept while the peer leaves another one unserved, milliseconds. */
const CONGESTED_IDLE_MS = 500;
/** A query without a response for this time may wait for the end of another association, milliseconds. */
const SILENCE_MS = 1_000;
/** A query that is the first of its association may be silent so long while others are answered, milliseconds … */
const UNSERVED_MS = 3_000;
/** … or so many times as long as each of these took. */
const UNSERVED_FACTOR = 4;
/** How long no further association is opened after the peer left one unserved, milliseconds. */
const UNSERVED_PAUSE_MS = 30_000;
/** How long a caller waits for a new association before background queries end for it, milliseconds. */
const OPENING_GRACE_MS = 100;
const HEALTH_CHECK_GRACE_MS = 1_000;
/** How long a background query may take to end after C-CANCEL while others wait, milliseconds. */
const PREEMPTION_TIMEOUT_MS = 200;

/** The first query of an association, while it runs. */
interface FirstQuery {
  association: Association;
  /** The time of the longest query that another association has answered meanwhile, milliseconds. */
  othersMs?: number;
  /** Why it was ended. */
  unserved?: DimseError;
}

interface Waiter {
  priority: Priority;
  resolve(association: Association): void;
  reject(error: unknown): void;
}

/**
 * Manages the associations to one peer. They are opened when needed, shared by all queries, kept open for a short time, and
 * never more than the limit. A query that finds none free waits for the first that is given back or newly opened.
 *
 * While one association works, a further one that cannot be opened is congestion, whatever the reason: queries go on with those
 * that work. Without a working one, a failure that is not transient is the error of the query that waits longest.
 */
export class AssociationPool {
  /** Unused associations, and since when; the one unused for longest comes first. */
  private idle: { association: Association; since: number }[] = [];
  private readonly open = new Set<Association>();
  private readonly waiters: Waiter[] = [];
  private readonly preemptions = new Map<Association, AbortController>();
  private readonly firstQueries = new Set<FirstQuery>();
  private readonly closing = new AbortController();
  private readonly openings = new Set<AbortController>();
  /** Why the peer does not accept more associations at present. */
  congestion: DimseError | undefined;
  /** While the peer is congested, none is opened before this time, on the clock of `performance.now()`. */
  private retryAt = 0;
  private retryMs = 0;
  private retryTimer: NodeJS.Timeout | undefined;
  /** Until then no association is opened beside a working one, because the peer left one unserved. */
  private unservedUntil = 0;
  /** When the last message of the peer came on an association that has ended. */
  private lastHeardAt = -Infinity;
  private idleTimer: NodeJS.Timeout | undefined;
  /** Associations outside of the pool, for retrievals, and those that wait for one. */
  private reserved = 0;
  private readonly reservations: (() => void)[] = [];

  constructor(
    private readonly openOne: (signal: AbortSignal) => Promise<Association>,
    private readonly options: PoolOptions,
  ) {}

  /** When the last message of the peer came, on the clock of `performance.now()`. */
  get lastResponseAt(): number {
    return Math.max(this.lastHeardAt, ...[...this.open].map(({ heardAt }) => heardAt));
  }

  /** Returns the number of associations, including those being opened or released. */
  get size(): number {
    return this.open.size + this.openings.size + this.reserved;
  }

  /** Returns how many associations are in use and idle at present. One that is being opened is in use. */
  get use(): ConnectionUse {
    const idle = this.idle.filter(({ association }) => association.usable).length;
    return { inUse: this.size - idle, idle, limit: this.options.limit };
  }

  /**
   * Runs `task` on one association, which no other task uses meanwhile.
   *
   * If an association has ended unnoticed since its last use, the task is run once more. The same holds if the peer ends a new
   * association before its first answer, or answers on others only, while another one works.
   *
   * @throws DimseError of the task or of the opening.
   * @throws PreemptedError a background task whose association was needed.
   */
  async run<Result>(task: Task<Result>, signal: AbortSignal, priority: Priority = 'last'): Promise<Result> {
    const either = AbortSignal.any([signal, this.closing.signal]);
    let retried = false;
    let unserved = false;
    for (;;) {
      const association = await this.acquire(either, priority);
      const reused = association.uses > 0;
      const isFirst = !reused && !retried && priority !== 'background';
      const first: FirstQuery | undefined = isFirst ? { association } : undefined;
      const startedAt = performance.now();
      const watch =
        first || unserved
          ? setInterval(
              () => (first ? this.endUnserved(first) : this.resumeOpening(association)),
              SILENCE_MS / 4,
            ).unref()
          : undefined;
      if (first) this.firstQueries.add(first);
      const preemption = new AbortController();
      if (priority === 'background') this.preemptions.set(association, preemption);
      try {
        const result = await task(association, preemption.signal);
        const tookMs = performance.now() - startedAt;
        // A health check is answered without the archive's database.
        const others = priority === 'first' ? [] : [...this.firstQueries].filter((other) => other !== first);
        for (const other of others) other.othersMs = Math.max(other.othersMs ?? 0, tookMs);
        return result;
      } catch (cause) {
        const error = first?.unserved ?? cause;
        if (preemption.signal.aborted && !signal.aborted) {
          throw new PreemptedError('cancelled', codes['dicom.query.cancelled'], 'the association was needed', {
            cause: error,
          });
        }
        if (!(error instanceof DimseError) || !error.lost || either.aborted) throw error;
        if (!reused && !first?.unserved && (retried || !this.hasOther(association))) throw error;
        retried ||= !reused;
        unserved ||= first?.unserved !== undefined;
        if (!reused) this.congest(error);
      } finally {
        clearInterval(watch);
        if (first) this.firstQueries.delete(first);
        this.preemptions.delete(association);
        void association.whenIdle().then(() => this.giveBack(association));
      }
    }
  }

  /** Ends an association whose first query the peer leaves unanswered, while it answers on others. */
  private endUnserved(first: FirstQuery): void {
    const { association, othersMs } = first;
    if (othersMs === undefined || association.answered) return;
    if (association.silentMs < Math.max(UNSERVED_MS, othersMs * UNSERVED_FACTOR)) return;
    this.unservedUntil = performance.now() + UNSERVED_PAUSE_MS;
    first.unserved = faults.unserved();
    association.abort();
  }

  /** Permits further associations if the repeated query of an unserved one is not answered either: the query is the reason. */
  private resumeOpening({ silentMs }: Association): void {
    if (silentMs < SILENCE_MS) return;
    this.unservedUntil = 0;
    this.congestion = undefined;
    this.openMore();
  }

  /**
   * Waits until one association may be opened outside of the pool. Queries keep one association, unless the limit is 1.
   *
   * @returns a function that gives it back; it must be called once the association is closed.
   * @throws DimseError if `signal` ends the wait.
   */
  async reserve(signal: AbortSignal): Promise<() => void> {
    const either = AbortSignal.any([signal, this.closing.signal]);
    while (!this.mayReserve) {
      if (either.aborted) throw aborted(either);
      const oldest = this.size >= this.options.limit ? this.idle.shift() : undefined;
      if (oldest) void oldest.association.release();
      await new Promise<void>((resolve) => {
        const done = () => {
          either.removeEventListener('abort', done);
          const position = this.reservations.indexOf(done);
          if (position >= 0) this.reservations.splice(position, 1);
          resolve();
        };
        either.addEventListener('abort', done);
        this.reservations.push(done);
      });
    }
    if (either.aborted) throw aborted(either);
    this.reserved += 1;
    return () => {
      this.reserved -= 1;
      this.wakeReservations();
      this.openMore();
    };
  }

  private get mayReserve(): boolean {
    const { limit } = this.options;
    return this.size < limit && this.reserved < Math.max(limit - 1, 1);
  }

  private wakeReservations(): void {
    for (const wake of [...this.reservations]) wake();
  }

  /** Ends everything; running queries reject. */
  async close(): Promise<void> {
    this.closing.abort(new DOMException('the connector is closed', 'AbortError'));
    clearTimeout(this.idleTimer);
    clearTimeout(this.retryTimer);
    for (const opening of this.openings) opening.abort(this.closing.signal.reason);
    const idle = new Set(this.idle.map(({ association }) => association));
    await Promise.all(
      [...this.open].map((association) => {
        if (!idle.has(association)) association.abort();
        return association.release();
      }),
    );
  }

  private acquire(signal: AbortSignal, priority: Priority): Promise<Association> {
    if (signal.aborted) return Promise.reject(aborted(signal));
    const free = this.takeIdle();
    if (free) return Promise.resolve(free);
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.remove(waiter);
        reject(aborted(signal));
        this.abortNeedlessOpenings();
      };
      const done = () => signal.removeEventListener('abort', onAbort);
      const waiter: Waiter = {
        priority,
        resolve: (association) => {
          done();
          resolve(association);
        },
        reject: (error) => {
          done();
          reject(error as Error);
        },
      };
      signal.addEventListener('abort', onAbort);
      const place =
        priority === 'first'
          ? 0
          : this.waiters.findIndex((other) => priority === 'last' && other.priority === 'background');
      this.waiters.splice(place < 0 ? this.waiters.length : place, 0, waiter);
      this.openMore();
      if (this.preemptions.size === 0 || priority === 'background') return;
      // A health check can wait longer than a person.
      const graceMs = priority === 'first' ? HEALTH_CHECK_GRACE_MS : this.openings.size > 0 ? OPENING_GRACE_MS : 0;
      if (graceMs === 0) this.preempt();
      else setTimeout(() => this.preempt(), graceMs).unref();
    });
  }

  private remove(waiter: Waiter): void {
    const position = this.waiters.indexOf(waiter);
    if (position >= 0) this.waiters.splice(position, 1);
  }

  private takeIdle(): Association | undefined {
    for (;;) {
      const association = this.idle.pop()?.association;
      if (!association || association.usable) return association;
    }
  }

  /** Opens an association for each waiter that none is being opened for, as far as the limit and the peer allow. */
  private openMore(): void {
    while (this.openings.size < this.waiters.length && this.size < this.options.limit && !this.closing.signal.aborted) {
      if (performance.now() < this.unservedUntil && this.hasOther()) return;
      // A congested peer is tried by one opening at a time.
      if (this.congestion && (this.openings.size > 0 || performance.now() < this.retryAt)) return;
      this.openNew();
    }
  }

  private openNew(): void {
    const opening = new AbortController();
    this.openings.add(opening);
    void this.openOne(opening.signal)
      .finally(() => this.openings.delete(opening))
      .then(
        (association) => this.onOpened(association),
        (error: unknown) => {
          if (!opening.signal.aborted) this.onOpeningFailed(error);
        },
      );
  }

  private onOpened(association: Association): void {
    this.open.add(association);
    if (performance.now() >= this.unservedUntil) this.congestion = undefined;
    this.retryMs = 0;
    // Not before the peer sees the end too: it counts the associations that are being released.
    void association.closed.then(() => {
      this.open.delete(association);
      this.lastHeardAt = Math.max(this.lastHeardAt, association.heardAt);
      this.idle = this.idle.filter((one) => one.association !== association);
      this.wakeReservations();
      this.openMore();
    });
    this.giveBack(association);
    this.openMore();
  }

  private onOpeningFailed(error: unknown): void {
    if (error instanceof DimseError && (error.transient || this.hasOther())) return this.congest(error);
    this.waiters.shift()?.reject(error);
    // The next opening may work, or has its own error.
    this.openMore();
  }

  /** Records that the peer does not accept or serve more associations at present, and plans the next try. */
  private congest(error: DimseError): void {
    const last = error.transient ? LAST_RETRY_MS : LAST_RETRY_OF_FAILURES_MS;
    this.congestion = error.transient ? error : faults.furtherAssociation(error);
    this.retryMs = Math.min(Math.max(this.retryMs * 2, FIRST_RETRY_MS), last);
    this.retryAt = performance.now() + this.retryMs;
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => {
      this.retryAt = 0;
      this.openMore();
    }, this.retryMs).unref();
    this.preempt();
  }

  /** Returns whether an association other than `own` works. */
  private hasOther(own?: Association): boolean {
    return [...this.open].some((association) => association !== own && association.usable);
  }

  /** Aborts openings that no caller waits for. They would only occupy the peer. */
  private abortNeedlessOpenings(): void {
    if (this.waiters.length > 0 || this.open.size > 0) return;
    for (const opening of this.openings) opening.abort();
  }

  /** Ends a background query for each foreground waiter. */
  private preempt(): void {
    const waiting = this.waiters.filter(({ priority }) => priority !== 'background').length;
    for (const [association, preemption] of [...this.preemptions].slice(0, waiting)) {
      association.cancelTimeoutMs = PREEMPTION_TIMEOUT_MS;
      preemption.abort();
    }
  }

  private giveBack(association: Association): void {
    if (!association.usable) return;
    const { maxUses, maxAgeMs } = this.options;
    const worn = association.uses >= maxUses || performance.now() - association.openedAt >= maxAgeMs;
    if (worn || this.closing.signal.aborted) {
      void association.release();
      return;
    }
    const next = this.waiters.shift();
    if (next) next.resolve(association);
    else {
      this.idle.push({ association, since: performance.now() });
      this.wakeReservations();
      clearTimeout(this.idleTimer);
      this.releaseUnused();
    }
  }

  /** Returns how long unused associations stay open, milliseconds. It is short if the peer serves fewer than it accepts. */
  private get idleMs(): number {
    const unserved = [...this.open].some(({ silentMs }) => silentMs > SILENCE_MS);
    const congested = this.congestion !== undefined || this.openings.size > 0 || unserved;
    return congested ? Math.min(this.options.idleMs, CONGESTED_IDLE_MS) : this.options.idleMs;
  }

  /** Releases the associations that were unused for long enough, and plans the next time. */
  private releaseUnused(): void {
    const { idleMs } = this;
    const oldest = performance.now() - idleMs;
    const [next] = this.idle.filter(({ since }) => since > oldest);
    for (const { association, since } of [...this.idle]) if (since <= oldest) void association.release();
    if (!next) return;
    // Often enough to notice an association that the peer does not serve.
    const waitMs = Math.min(Math.max(next.since - oldest, 1), SILENCE_MS);
    this.idleTimer = setTimeout(() => this.releaseUnused(), waitMs);
  }
}
