import { type DataSet, type Element } from './data-set.js';
import { aborted, DimseError } from './dimse-error.js';
import * as faults from './faults.js';
import { type ResponseMessage } from './messages.js';
import { type InformationModel } from './library.js';
import { openLink } from './negotiation.js';
import { type Peer } from './peer.js';
import { type PeerLink } from './peer-link.js';

const PENDING = new Set([0xff00, 0xff01]);
const CANCELLED = 0xfe00;
/** Time that a peer gets to end a cancelled question before the association is aborted, milliseconds. */
const CANCEL_PATIENCE_MS = 3_000;

interface Question {
  messageId: number;
  onMatch(identifier: DataSet): void;
  /** Ends the waiting of the caller; called once. */
  settle(error?: Error): void;
  answered: boolean;
  cancelled: boolean;
}

/** One association to a peer, on which questions are asked in turn. */
export class Association {
  private question: Question | undefined;
  private becameIdle: (() => void)[] = [];
  private readonly timer: NodeJS.Timeout;
  private cancelTimer: NodeJS.Timeout | undefined;
  private ended: DimseError | undefined;
  /** When the peer was heard last, on the clock of `performance.now()`. */
  heardAt = performance.now();
  /** Questions asked so far. */
  uses = 0;
  readonly openedAt = performance.now();

  private constructor(
    private readonly peer: Peer,
    private readonly link: PeerLink,
  ) {
    this.timer = setTimeout(() => this.silent(), peer.responseTimeoutMs);
    this.timer.unref();
    link.onMessage = (message) => this.take(message);
    link.onEnd = (error) => this.end(error);
    if (link.failure) this.end(link.failure);
  }

  /**
   * Connects and negotiates.
   *
   * @throws DimseError where that fails, or `signal` ends it.
   */
  static async open(peer: Peer, signal: AbortSignal): Promise<Association> {
    return new Association(peer, await openLink(peer, signal));
  }

  /** The query models that the peer has accepted, the preferred one first. */
  get models(): InformationModel[] {
    return this.link.models;
  }

  /** What the peer said to the offer of relational queries; `undefined`: nothing. */
  get relational(): boolean | undefined {
    return this.link.relational;
  }

  /** Resolves when the connection is closed: from then on the peer does not count it any more. */
  get closed(): Promise<void> {
    return this.link.closed;
  }

  /** False as soon as it has ended or is being ended. */
  get usable(): boolean {
    return this.ended === undefined;
  }

  /**
   * One C-FIND of `model`, one of {@link models}. `onMatch` gets the identifier of each pending response, as it comes.
   *
   * Where `signal` ends it, a C-CANCEL goes out and the promise rejects at once; the association is free again when the peer
   * has answered that ({@link whenIdle}).
   *
   * @throws DimseError
   */
  find(
    model: InformationModel,
    identifier: readonly Element[],
    onMatch: (identifier: DataSet) => void,
    signal: AbortSignal,
  ): Promise<void> {
    return this.ask(
      () => this.link.sendFind(identifier, model),
      onMatch,
      signal,
      (messageId) => this.link.sendCancel(messageId),
    );
  }

  /** One C-ECHO. @throws DimseError */
  echo(signal: AbortSignal): Promise<void> {
    return this.ask(
      () => this.link.sendEcho(),
      () => undefined,
      signal,
    );
  }

  private ask(
    send: () => number,
    onMatch: (identifier: DataSet) => void,
    signal: AbortSignal,
    cancel?: (messageId: number) => void,
  ): Promise<void> {
    if (this.ended) return Promise.reject(this.ended);
    if (signal.aborted) return Promise.reject(aborted(signal));
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        if (this.question !== question || question.cancelled) return;
        question.cancelled = true;
        question.settle(aborted(signal));
        if (!cancel) return this.abort();
        cancel(question.messageId);
        this.cancelTimer = setTimeout(() => this.abort(), CANCEL_PATIENCE_MS);
        this.cancelTimer.unref();
      };
      const question: Question = {
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
      this.question = question;
      this.uses += 1;
      this.timer.refresh();
      question.messageId = send();
      signal.addEventListener('abort', onAbort);
    });
  }

  /** Resolves when no question is under way: at once, or when a cancelled one has come to its end. */
  whenIdle(): Promise<void> {
    if (!this.question) return Promise.resolve();
    return new Promise((resolve) => this.becameIdle.push(resolve));
  }

  /** Releases the association; resolves when the connection is closed. */
  release(): Promise<void> {
    if (this.ended) return this.closed;
    const closed = this.link.release();
    this.end(new DimseError('cancelled', 'the association was released'));
    return closed;
  }

  /** Ends it at once. */
  abort(): void {
    if (this.ended) return;
    this.link.abort();
    this.end(new DimseError('cancelled', 'the association was aborted by us'));
  }

  private take(message: ResponseMessage): void {
    this.heardAt = performance.now();
    const { question } = this;
    if (!question || message.messageId !== question.messageId) return;
    this.timer.refresh();
    question.answered = true;
    if (PENDING.has(message.status)) {
      if (!question.cancelled && message.identifier) question.onMatch(message.identifier);
      return;
    }
    this.finish(message.status === 0 ? undefined : this.errorOf(message));
  }

  private errorOf({ status, errorComment }: ResponseMessage): DimseError {
    if (status === CANCELLED) {
      // Nobody here asked for that: it is how some archives end an answer at their limit.
      return new DimseError(
        'refused',
        `the archive at ${this.peer.host}:${this.peer.port} broke off its answer (0xFE00)`,
        {
          remedy: 'Ask for less, or have its limit on the number of matches raised.',
          questionOnly: true,
        },
      );
    }
    return faults.failureStatus(this.peer, status, errorComment);
  }

  private finish(error?: Error): void {
    const { question } = this;
    this.question = undefined;
    clearTimeout(this.cancelTimer);
    if (question && !question.cancelled) question.settle(error);
    for (const resolve of this.becameIdle.splice(0)) resolve();
  }

  private silent(): void {
    if (!this.question || this.ended) return;
    const { host, port, responseTimeoutMs } = this.peer;
    this.link.abort();
    this.end(
      new DimseError('timeout', `the archive at ${host}:${port} said nothing for ${responseTimeoutMs / 1000} s`, {
        remedy: 'See whether the archive is overloaded; response-timeout sets the time.',
      }),
    );
  }

  private end(error: DimseError): void {
    if (this.ended) return;
    const answered = this.question?.answered ?? false;
    this.ended = answered ? new DimseError(error.kind, error.message, { remedy: error.remedy, cause: error }) : error;
    clearTimeout(this.timer);
    this.finish(this.ended);
  }
}
