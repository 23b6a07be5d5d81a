import { type DataSet, type Element } from './data-set.js';
import { aborted, DimseError } from './dimse-error.js';
import { codes } from '../errors/error-codes.js';
import * as faults from './faults.js';
import { failureStatus } from './find-status.js';
import { isPending, type ResponseMessage } from './messages.js';
import { type InformationModel } from './library.js';
import { openLink } from './negotiation.js';
import { type Peer } from './peer.js';
import { type PeerLink } from './peer-link.js';

/** How long a peer may take to end a cancelled query before the association is aborted, milliseconds. */
const CANCEL_TIMEOUT_MS = 3_000;
/** How long the identifier is waited for that a final response announces, milliseconds. */
const ANNOUNCED_TIMEOUT_MS = 250;

/** An identifier of a response. */
export interface Match {
  /** `undefined` if it cannot be read. */
  identifier?: DataSet;
  /** It came with the final response, which must not have one: a match, a copy of the last one, or something else. */
  isFinal: boolean;
}

interface RunningQuery {
  messageId: number;
  onMatch(match: Match): void;
  /** Settles the caller's promise; called once. */
  settle(error?: Error): void;
  answered: boolean;
  cancelled: boolean;
}

/** One association to a peer, which runs one query after another. */
export class Association {
  private query: RunningQuery | undefined;
  private becameIdle: (() => void)[] = [];
  private readonly timer: NodeJS.Timeout;
  private cancelTimer: NodeJS.Timeout | undefined;
  private announcedTimer: NodeJS.Timeout | undefined;
  /** A final response announced an identifier that never came. */
  private breaksAnnouncements = false;
  private ended: DimseError | undefined;
  /** When the last message of the peer came, on the clock of `performance.now()`. */
  heardAt = performance.now();
  /** Whether the peer has sent any message. */
  answered = false;
  private askedAt = -Infinity;
  /** How long the peer may take to end a cancelled query, milliseconds. */
  cancelTimeoutMs = CANCEL_TIMEOUT_MS;
  /** Number of queries so far. */
  uses = 0;
  readonly openedAt = performance.now();

  private constructor(
    private readonly peer: Peer,
    private readonly link: PeerLink,
  ) {
    this.timer = setTimeout(() => this.onSilence(), peer.responseTimeoutMs);
    this.timer.unref();
    link.onMessage = (message) => this.take(message);
    link.onEnd = (error) => this.end(error);
    if (link.failure) this.end(link.failure);
  }

  /**
   * Connects and negotiates.
   *
   * @throws DimseError if that fails, or if `signal` ends it.
   */
  static async open(peer: Peer, signal: AbortSignal): Promise<Association> {
    return new Association(peer, await openLink(peer, signal));
  }

  /** The query models that the peer has accepted, the preferred one first. */
  get models(): InformationModel[] {
    return this.link.models;
  }

  /** The peer's answer to the offer of relational queries; `undefined` if it gave none. */
  get relational(): boolean | undefined {
    return this.link.relational;
  }

  /** Resolves when the connection is closed. From then on the peer no longer counts it. */
  get closed(): Promise<void> {
    return this.link.closed;
  }

  /** Whether it can run a query: it has not ended, and is not being ended. */
  get usable(): boolean {
    return this.ended === undefined;
  }

  /**
   * Runs one C-FIND of `model`, one of {@link models}. `onMatch` receives the identifier of each
   * response.
   *
   * If `signal` ends it, a C-CANCEL is sent and the promise rejects at once. The association is free again when the peer has
   * answered the C-CANCEL ({@link whenIdle}).
   *
   * @throws DimseError
   */
  find(
    model: InformationModel,
    identifier: readonly Element[],
    onMatch: (match: Match) => void,
    signal: AbortSignal,
  ): Promise<void> {
    return this.ask(
      () => this.link.sendFind(identifier, model),
      onMatch,
      signal,
      (messageId) => this.link.sendCancel(messageId),
    );
  }

  /** Runs one C-ECHO. @throws DimseError */
  echo(signal: AbortSignal): Promise<void> {
    return this.ask(
      () => this.link.sendEcho(),
      () => undefined,
      signal,
    );
  }

  private ask(
    send: () => number,
    onMatch: (match: Match) => void,
    signal: AbortSignal,
    cancel?: (messageId: number) => void,
  ): Promise<void> {
    if (this.ended) return Promise.reject(this.ended);
    if (signal.aborted) return Promise.reject(aborted(signal));
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        if (this.query !== query || query.cancelled) return;
        query.cancelled = true;
        query.settle(aborted(signal));
        if (!cancel) return this.abort();
        cancel(query.messageId);
        this.cancelTimer = setTimeout(() => this.abort(), this.cancelTimeoutMs);
        this.cancelTimer.unref();
      };
      const query: RunningQuery = {
        messageId: 0,
        onMatch,
        answered: false,
        cancelled: false,
        settle: (error) => {
          signal.removeEventListener('abort', onAbort);
          if (error) reject(error);
          else resolve();
        },
      };
      this.query = query;
      this.askedAt = performance.now();
      this.uses += 1;
      this.timer.refresh();
      query.messageId = send();
      signal.addEventListener('abort', onAbort);
    });
  }

  /** How long a running query has been without any response, milliseconds; 0 if none is running. */
  get silentMs(): number {
    return this.query ? performance.now() - Math.max(this.heardAt, this.askedAt) : 0;
  }

  /** Resolves when no query is running: at once, or when a cancelled one has ended. */
  whenIdle(): Promise<void> {
    if (!this.query) return Promise.resolve();
    return new Promise((resolve) => this.becameIdle.push(resolve));
  }

  /** Releases the association; resolves when the connection is closed. */
  release(): Promise<void> {
    if (this.ended) return this.closed;
    const closed = this.link.release();
    this.end(new DimseError('cancelled', codes['dicom.query.cancelled'], 'the association was released'));
    return closed;
  }

  /** Ends it at once. */
  abort(): void {
    if (this.ended) return;
    this.link.abort();
    this.end(new DimseError('cancelled', codes['dicom.query.cancelled'], 'the association was aborted by us'));
  }

  private take(message: ResponseMessage): void {
    this.heardAt = performance.now();
    this.answered = true;
    const { query } = this;
    if (!query || message.messageId !== query.messageId) return;
    this.timer.refresh();
    query.answered = true;
    const { status, errorComment, identifier, isMalformed = false } = message;
    const isFinal = !isPending(status);
    if (isFinal && message.isAnnounced && !this.breaksAnnouncements) {
      this.announcedTimer = setTimeout(() => {
        this.breaksAnnouncements = true;
        this.take({ ...message, isAnnounced: false });
      }, ANNOUNCED_TIMEOUT_MS);
      return;
    }
    clearTimeout(this.announcedTimer);
    if ((identifier || isMalformed) && !query.cancelled && (!isFinal || status === 0)) {
      query.onMatch({ identifier, isFinal });
    }
    if (isFinal) this.finish(status === 0 ? undefined : failureStatus(this.peer, status, errorComment));
  }

  private finish(error?: Error): void {
    const { query } = this;
    this.query = undefined;
    clearTimeout(this.cancelTimer);
    clearTimeout(this.announcedTimer);
    if (query && !query.cancelled) query.settle(error);
    for (const resolve of this.becameIdle.splice(0)) resolve();
  }

  private onSilence(): void {
    if (!this.query || this.ended) return;
    this.link.abort();
    this.end(faults.responseTimeout(this.peer, this.peer.responseTimeoutMs));
  }

  private end(error: DimseError): void {
    if (this.ended) return;
    const answered = this.query?.answered ?? false;
    this.ended = answered
      ? new DimseError(error.kind, error.code, error.message, { remedy: error.remedy, cause: error })
      : error;
    clearTimeout(this.timer);
    this.finish(this.ended);
  }
}
