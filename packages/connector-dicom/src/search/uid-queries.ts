import { DimseError } from '../dimse/dimse-error.js';
import { type DataSetText } from '../text/data-set-text.js';
import { type FindQuery, type FindScu, type Read } from './find-scu.js';
import { type OmissionReason } from './omissions.js';
import { type QuerySupport } from './query-support.js';

/** Queries that differ in one UID only, which some peers accept as a list (PS3.4 C.2.2.2.2). */
export interface UidQueries<Answer> {
  /** Names the shape for {@link QuerySupport}. */
  shape: string;
  /** Returns the query for these UIDs: one, or several as a list. */
  query(uids: readonly string[]): FindQuery;
  /** Returns a match as an answer and the UID that it belongs to; `undefined` for a match that is left out. */
  read(
    match: DataSetText,
    uids: ReadonlySet<string>,
    omit: (reason: OmissionReason) => void,
  ): { uid: string; answer: Answer } | undefined;
  /** Peers need not support even the query for one UID. Without an answer, {@link UnsupportedQueryError} is thrown. */
  optional?: boolean;
  /** Takes the fault of the query for one UID. Without it, the fault ends all queries. */
  onFault?(uid: string, error: DimseError): void;
}

/** Reports an optional query that the peer does not support. */
export class UnsupportedQueryError extends Error {}

/** UIDs in one list: 64 characters each, so that the identifier fits one PDU of the smallest common size (16 KiB). */
const LIST_LENGTH = 150;
/** The least time for a list that is being tested, after its parts have been answered, milliseconds. */
const MIN_TIMEOUT_MS = 2_000;

type Answers<Answer> = Map<string, Answer[]>;

/**
 * Returns the answers to the same query for each of `uids`. Lists are used as far as tests have shown that the peer answers them
 * like single queries.
 *
 * A list is compared with its two halves, each tested before or by its own halves, down to single queries. Lists grow as tests
 * succeed, so even the first search takes few queries more than the last.
 */
export async function queryByUids<Answer>(
  scu: FindScu,
  support: QuerySupport,
  uids: readonly string[],
  queries: UidQueries<Answer>,
): Promise<Answer[]> {
  const answers = await new UidLists(scu, support, queries).ask([...new Set(uids)]);
  return [...answers.values()].flat();
}

class UidLists<Answer> {
  constructor(
    private readonly scu: FindScu,
    private readonly support: QuerySupport,
    private readonly queries: UidQueries<Answer>,
  ) {}

  async ask(uids: readonly string[]): Promise<Answers<Answer>> {
    const { shape } = this.queries;
    if (this.support.confirmedRows(shape) >= LIST_LENGTH) {
      return union(await this.scu.forEach(inParts(uids, LIST_LENGTH), (part) => this.list(part)));
    }
    const parts: Answers<Answer>[] = [];
    let rest = uids;
    for (let length = 2; rest.length > 0; length *= 2) {
      // A UID has one match or more, so the halves of such a list are tested, or nearly so.
      const longest = Math.min(Math.max(length, 2 * this.support.confirmedRows(shape)), LIST_LENGTH);
      const next = this.usable ? longest : rest.length;
      parts.push(await this.list(rest.slice(0, next)));
      rest = rest.slice(next);
    }
    return union(parts);
  }

  private get usable(): boolean {
    return this.support.isSupported(this.queries.shape) || this.support.isUnchecked(this.queries.shape);
  }

  /** Returns the answer to a list after checking it, or the answers to single queries. */
  private async list(uids: readonly string[]): Promise<Answers<Answer>> {
    if (uids.length < 2 || !this.usable) return this.oneByOne(uids);
    return this.support.isSupported(this.queries.shape) ? this.supportedList(uids) : this.checkedList(uids);
  }

  private async supportedList(uids: readonly string[]): Promise<Answers<Answer>> {
    const { shape } = this.queries;
    const answers = await this.wholeList(uids);
    if (answers && count(answers) > this.support.confirmedRows(shape))
      return this.compared(uids, answers, this.halves(uids));
    const unanswered = answers ? uids.filter((uid) => !answers.has(uid)) : uids;
    if (answers && unanswered.length === 0) return answers;
    // A UID without a match is an answer, or the peer looks at the first few UIDs only.
    const again = await this.oneByOne(unanswered);
    if (answers && again.size === 0) return answers;
    this.refute();
    return answers ? union([again, await this.oneByOne(uids.filter((uid) => answers.has(uid)))]) : again;
  }

  private async checkedList(uids: readonly string[]): Promise<Answers<Answer>> {
    const enough = new AbortController();
    const start = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const halves = this.halves(uids).then((answers) => {
      timer = setTimeout(() => enough.abort(), Math.max(MIN_TIMEOUT_MS, 3 * (performance.now() - start))).unref();
      return answers;
    });
    const [answers] = await Promise.all([this.wholeList(uids, enough.signal), halves]);
    clearTimeout(timer);
    return this.compared(uids, answers, halves);
  }

  /** Compares an answer with that of its halves, and returns the right one. */
  private async compared(
    uids: readonly string[],
    answers: Answers<Answer> | undefined,
    halves: Promise<Answers<Answer>>,
  ): Promise<Answers<Answer>> {
    const { shape } = this.queries;
    const parts = await halves;
    if (answers && fingerprint(answers) === fingerprint(parts)) {
      if (parts.size >= 2) this.support.confirm(shape, count(parts));
      return parts;
    }
    this.refute();
    return uids.length === 2 ? parts : this.oneByOne(uids);
  }

  /** An answer that the deadline cut off says nothing about lists. */
  private refute(): void {
    if (!this.scu.signal.aborted) this.support.refute(this.queries.shape);
  }

  private async halves(uids: readonly string[]): Promise<Answers<Answer>> {
    const middle = Math.ceil(uids.length / 2);
    return union(await Promise.all([this.list(uids.slice(0, middle)), this.list(uids.slice(middle))]));
  }

  private async oneByOne(uids: readonly string[]): Promise<Answers<Answer>> {
    const { query, read, onFault, optional } = this.queries;
    const answers = await this.scu.forEach(uids, async (uid) => {
      const wanted = new Set([uid]);
      const take: Read<{ uid: string; answer: Answer }> = (match, omit) => read(match, wanted, omit);
      try {
        const found = optional ? await this.scu.attempt(query([uid]), take) : await this.scu.ask(query([uid]), take);
        if (!found) throw new UnsupportedQueryError();
        return byUid(found);
      } catch (error) {
        if (!onFault || !(error instanceof DimseError) || error.kind === 'cancelled') throw error;
        onFault(uid, error);
        return new Map<string, Answer[]>();
      }
    });
    return union(answers);
  }

  /** @returns `undefined` if the peer does not answer it, or returns other matches. */
  private async wholeList(uids: readonly string[], signal?: AbortSignal): Promise<Answers<Answer> | undefined> {
    const wanted = new Set(uids);
    const { query, read } = this.queries;
    try {
      const found = await this.scu.attempt(query(uids), (match, omit) => read(match, wanted, omit), signal);
      return found && byUid(found);
    } catch (error) {
      // Each UID has the same fault, and reports it.
      if (this.queries.onFault && error instanceof DimseError && error.kind !== 'cancelled') return undefined;
      throw error;
    }
  }
}

function inParts<Item>(items: readonly Item[], length: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / length) }, (_, index) =>
    items.slice(index * length, (index + 1) * length),
  );
}

function byUid<Answer>(found: readonly { uid: string; answer: Answer }[]): Answers<Answer> {
  const answers: Answers<Answer> = new Map();
  for (const { uid, answer } of found) {
    const known = answers.get(uid);
    if (known) known.push(answer);
    else answers.set(uid, [answer]);
  }
  return answers;
}

function union<Answer>(parts: readonly Answers<Answer>[]): Answers<Answer> {
  return new Map(parts.flatMap((part) => [...part]));
}

function fingerprint<Answer>(answers: Answers<Answer>): string {
  return [...answers]
    .map(([uid, of]) => [uid, ...of.map((answer) => JSON.stringify(answer)).sort()].join('\n'))
    .sort()
    .join('\n\n');
}

function count<Answer>(answers: Answers<Answer>): number {
  let rows = 0;
  for (const of of answers.values()) rows += of.length;
  return rows;
}
