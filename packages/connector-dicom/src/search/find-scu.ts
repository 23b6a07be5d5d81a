import { type AssociationPool } from '../dimse/association-pool.js';
import { type Association } from '../dimse/association.js';
import { type DataSet } from '../dimse/data-set.js';
import { DimseError } from '../dimse/dimse-error.js';
import { type InformationModel } from '../dimse/library.js';
import { Tag } from '../dimse/tags.js';
import { DataSetText } from '../text/data-set-text.js';
import { identifierOf, type Query } from './identifier.js';

export interface FindScuOptions {
  pool: AssociationPool;
  /** Queries of one conversation at the same time: the pool's limit, so that many callers get their turn alike. */
  concurrency: number;
  /** Specific Character Set to ask in. */
  queryCharacterSet: string;
  /** Specific Character Set of answers that declare none. */
  defaultCharacterSet?: string;
  /** Longest time for a query that the peer need not know ({@link FindScu.attempt}), milliseconds. */
  timeoutMs?: number;
}

/** A query with what Patient Root needs beside it. */
export interface FindQuery extends Query {
  /** The model that suits it best, where the peer offers both. */
  prefer?: InformationModel;
  /** The patient that all matches belong to: Patient Root wants it at every level (PS3.4 C.6.1.2). */
  patientId?: string;
}

/** One search's dealings with the peer: queries in, matches out. */
export class FindScu {
  /** Matches that had to be left out for want of a valid UID. */
  withoutUid = 0;
  /** Matches left out since they lack the very attribute that was asked for: nobody can say whose they are. */
  withoutKey = 0;

  constructor(
    private readonly options: FindScuOptions,
    readonly signal: AbortSignal,
  ) {}

  /**
   * What `read` makes of each match of one query, as it comes; matches of which it makes nothing are left out.
   *
   * @throws DimseError
   */
  ask<Answer>(
    query: FindQuery,
    read: (match: DataSetText) => Answer | undefined,
    signal: AbortSignal = this.signal,
  ): Promise<Answer[]> {
    return this.options.pool.run((association) => this.find(association, query, read, signal), signal);
  }

  /**
   * The same for a query that a peer need not know (PS3.4 C.4.1.2.2). A match of which `read` makes nothing shows that it
   * does not, and ends the query: there may be millions of them.
   *
   * @param signal ends this query only.
   * @returns `undefined` where the peer refuses it, breaks off, says nothing, or answers what was not asked for.
   * @throws DimseError where the peer is not reached at all, or the conversation has ended.
   */
  async attempt<Answer>(
    query: FindQuery,
    read: (match: DataSetText) => Answer | undefined,
    signal?: AbortSignal,
  ): Promise<Answer[] | undefined> {
    const { pool, timeoutMs } = this.options;
    const wrong = new AbortController();
    const ends = [this.signal, wrong.signal, ...(signal ? [signal] : [])];
    const strictly = (match: DataSetText) => {
      const answer = read(match);
      if (answer === undefined) wrong.abort();
      return answer;
    };
    let asked = false;
    try {
      return await pool.run((association) => {
        asked = true;
        if (timeoutMs !== undefined) ends.push(AbortSignal.timeout(timeoutMs));
        return this.find(association, query, strictly, AbortSignal.any(ends));
      }, AbortSignal.any(ends));
    } catch (error) {
      const answered = asked || wrong.signal.aborted || signal?.aborted;
      if (!(error instanceof DimseError)) throw error;
      if (this.signal.aborted && asked && error.kind === 'timeout')
        throw new UnansweredError('timeout', error.code, error.message, error);
      if (this.signal.aborted || !answered) throw error;
      return undefined;
    }
  }

  private async find<Answer>(
    association: Association,
    query: FindQuery,
    read: (match: DataSetText) => Answer | undefined,
    signal: AbortSignal,
  ): Promise<Answer[]> {
    const { queryCharacterSet, defaultCharacterSet } = this.options;
    const { models } = association;
    const model = models.find((candidate) => candidate === (query.prefer ?? 'study')) ?? (models[0] as 'study');
    const match =
      model === 'patient' && query.patientId !== undefined
        ? new Map([...query.match, [Tag.patientId, query.patientId]])
        : query.match;
    const returnKeys = model === 'patient' ? [...query.returnKeys, Tag.patientId] : query.returnKeys;
    const answers: Answer[] = [];
    const take = (dataSet: DataSet) => {
      const answer = read(new DataSetText(dataSet, defaultCharacterSet));
      if (answer !== undefined) answers.push(answer);
    };
    await association.find(model, identifierOf({ ...query, match, returnKeys }, queryCharacterSet), take, signal);
    return answers;
  }

  /** `work` for each item, several at the same time, results in the items' order. The first error ends it. */
  async forEach<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
    const results: Result[] = new Array<Result>(items.length);
    const waiting = items.entries();
    let failed = false;
    const worker = async () => {
      for (const [position, item] of waiting) {
        if (failed) return;
        try {
          results[position] = await work(item);
        } catch (error) {
          failed = true;
          throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.options.concurrency, items.length) }, worker));
    return results;
  }
}

/** Whether `error` is the peer's refusal of one query, the others being worth asking. */
export function isRefusal(error: unknown): error is DimseError {
  return error instanceof DimseError && error.queryOnly;
}

/** The deadline came when the peer had got a query and not answered it. */
export class UnansweredError extends DimseError {}
