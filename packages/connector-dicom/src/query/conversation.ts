import { type AssociationPool } from '../association-pool.js';
import { type Association } from '../dimse/association.js';
import { type DataSet } from '../dimse/data-set.js';
import { DimseError } from '../dimse/dimse-error.js';
import { type InformationModel } from '../dimse/peer-link.js';
import { Tag } from '../dimse/tags.js';
import { DataSetText } from '../text/data-set-text.js';
import { identifierOf, type Query } from './identifier.js';

export interface ConversationOptions {
  pool: AssociationPool;
  /** Questions of one conversation at the same time: the pool's limit, so that many callers get their turn alike. */
  concurrency: number;
  /** Specific Character Set to ask in. */
  queryCharacterSet: string;
  /** Specific Character Set of answers that declare none. */
  defaultCharacterSet?: string;
}

/** A query with what Patient Root needs beside it. */
export interface Question extends Query {
  /** The model that suits it best, where the peer offers both. */
  prefer?: InformationModel;
  /** The patient that all matches belong to: Patient Root wants it at every level (PS3.4 C.6.1.2). */
  patientId?: string;
}

/** One search's dealings with the peer: questions in, matches out. */
export class Conversation {
  /** Matches that had to be left out for want of a valid UID. */
  withoutUid = 0;

  constructor(
    private readonly options: ConversationOptions,
    readonly signal: AbortSignal,
  ) {}

  /** All matches of one question. @throws DimseError */
  async ask(question: Question): Promise<DataSetText[]> {
    const { pool, defaultCharacterSet } = this.options;
    return pool.run(async (association) => {
      const matches: DataSetText[] = [];
      const take = (dataSet: DataSet) => matches.push(new DataSetText(dataSet, defaultCharacterSet));
      await this.find(association, question, take);
      return matches;
    }, this.signal);
  }

  private find(association: Association, question: Question, take: (dataSet: DataSet) => void): Promise<void> {
    const { models } = association;
    const model = models.find((candidate) => candidate === (question.prefer ?? 'study')) ?? (models[0] as 'study');
    const match =
      model === 'patient' && question.patientId !== undefined
        ? new Map([...question.match, [Tag.patientId, question.patientId]])
        : question.match;
    const identifier = identifierOf(
      {
        ...question,
        match,
        returnKeys: model === 'patient' ? [...question.returnKeys, Tag.patientId] : question.returnKeys,
      },
      this.options.queryCharacterSet,
    );
    return association.find(model, identifier, take, this.signal);
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

/** Whether `error` is the peer's refusal of one question, the others being worth asking. */
export function isRefusal(error: unknown): error is DimseError {
  return error instanceof DimseError && error.questionOnly;
}
