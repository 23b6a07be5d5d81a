import { type ErrorCode } from '@pacs-connectors/connector-core';
import { type AssociationPool } from '../dimse/association-pool.js';
import { type Association, type Match } from '../dimse/association.js';
import { DimseError, PreemptedError } from '../dimse/dimse-error.js';
import { codes } from '../errors/error-codes.js';
import { type InformationModel } from '../dimse/library.js';
import { Tag } from '../dimse/tags.js';
import { DataSetText, type TextOptions } from '../text/data-set-text.js';
import { type AnswerSizes } from './answer-sizes.js';
import { identifierOf, type Query } from './identifier.js';
import { type OmissionReason, Omissions } from './omissions.js';
import { fewerKeys, type QueryForm, type ReturnKeySupport } from './return-key-support.js';
import { type Level, RETURN_KEYS } from './return-keys.js';

export interface FindScuOptions {
  pool: AssociationPool;
  /** Most queries of one search at once: the pool's limit, so that all callers get their turn. */
  concurrency: number;
  /** Specific Character Set of queries. */
  queryCharacterSet: string;
  /** How text of answers is decoded. */
  text: TextOptions;
  /** In which form the archive answers queries. */
  returnKeys: ReturnKeySupport;
  sizes: AnswerSizes;
  /** Longest time of a query that the peer need not support ({@link FindScu.attempt}), milliseconds. */
  timeoutMs?: number;
  /** When a search for images ends (`performance.now()`), if that is known. */
  deadline?: number;
  /** Whether these queries run in the background and give way to others. */
  background?: boolean;
}

/** The part of the remaining time that one query of SERIES level may take, so that others get their images. */
const SERIES_SHARE = 2 / 3;
/** After so many failures in a row, further queries of a search fail at once with the last one. */
const MAX_FAILURES = 4;

/** A query with what Patient Root needs beside it. */
export interface FindQuery extends Query {
  /** The model that suits it best, if the peer offers both. */
  prefer?: InformationModel;
  /** The patient of all matches: Patient Root requires it at every level (PS3.4 C.6.1.2). */
  patientId?: string;
}

/**
 * Makes an answer of a match. `undefined` leaves the match out; `omit` also counts it as missing.
 */
export type Read<Answer> = (match: DataSetText, omit: (reason: OmissionReason) => void) => Answer | undefined;

/** Sends the queries of one search to one peer. */
export class FindScu {
  readonly omissions = new Omissions();
  /** Queries in a row that failed, other than by a status, and why the last one did. */
  private failures = 0;
  private failure: DimseError | undefined;
  /** The peer accepted Patient Root only, or the configuration says so. */
  isPatientRoot = false;
  /** Levels whose queries the peer has refused, or answered with nothing, in every form. */
  private readonly exhausted = new Set<Level>();

  constructor(
    private readonly options: FindScuOptions,
    readonly signal: AbortSignal,
  ) {}

  get sizes(): AnswerSizes {
    return this.options.sizes;
  }

  /**
   * Runs a query, and returns what `read` makes of its matches. If the peer ends the answer with a failure status after some
   * matches, these are returned, and {@link omissions} has the cut.
   *
   * @throws DimseError
   */
  async ask<Answer>(query: FindQuery, read: Read<Answer>, own: AbortSignal = this.signal): Promise<Answer[]> {
    const { level, match } = query;
    const signal = AbortSignal.any([own, ...this.shareOf(level)]);
    const identity = identityOf(query);
    if (this.failure && this.failures >= MAX_FAILURES) throw this.failure;
    const ask = async (association: Association, form: QueryForm): Promise<Found<Answer>> => {
      let matches = 0;
      const answers: Answer[] = [];
      const take = (text: DataSetText | undefined, isFinal: boolean) => {
        matches += 1;
        // An identifier of a final response may be anything, so it is never missed.
        const omit = (reason: OmissionReason, own: string) => {
          if (!isFinal) this.omissions.add(reason, level, own);
        };
        if (!text) return omit('malformed', `${identity} ${matches}`);
        const answer = read(text, (reason) => omit(reason, text.identity));
        if (answer !== undefined) answers.push(answer);
      };
      try {
        await this.find(association, query, form, take, signal);
      } catch (error) {
        if (!isRefusal(error) || matches === 0) throw error;
        const study = match.get(Tag.studyInstanceUid);
        const one = study !== undefined && !study.includes('\\') ? { studyInstanceUid: study } : {};
        this.omissions.addCut(identity, { level, error, ...one });
      }
      return { answers, matches };
    };
    const task = (association: Association) =>
      this.inSupportedForm(association, query, (form) => ask(association, form));
    try {
      const { answers, matches } = await this.options.pool.run(task, signal);
      this.sizes.add(level, matches);
      this.failures = 0;
      return answers;
    } catch (error) {
      if (error instanceof DimseError && !isRefusal(error) && !signal.aborted) {
        this.failures += 1;
        this.failure = error;
      }
      throw error;
    }
  }

  /**
   * Runs a query that the peer need not support (PS3.4 C.4.1.2.2). A match of which `read` makes nothing shows that the peer
   * does not support it, and ends the query: there may be millions of them.
   *
   * @param signal ends this query only.
   * @returns `undefined` if the peer refuses it, breaks off, is silent, or returns other matches.
   * @throws DimseError if the peer cannot be reached, or the search has ended.
   */
  async attempt<Answer>(query: FindQuery, read: Read<Answer>, signal?: AbortSignal): Promise<Answer[] | undefined> {
    const { pool, timeoutMs, background } = this.options;
    const wrong = new AbortController();
    const ends = [this.signal, wrong.signal, ...this.shareOf(query.level), ...(signal ? [signal] : [])];
    let asked = false;
    try {
      return await pool.run(
        async (association, end) => {
          asked = true;
          ends.push(end);
          if (timeoutMs !== undefined) ends.push(AbortSignal.timeout(timeoutMs));
          const answers: Answer[] = [];
          const take = (text: DataSetText | undefined, isFinal: boolean) => {
            const answer = text && read(text, () => undefined);
            if (answer !== undefined) answers.push(answer);
            else if (!isFinal) wrong.abort();
          };
          await this.find(association, query, this.formOf(association, query), take, AbortSignal.any(ends));
          this.sizes.add(query.level, answers.length);
          return answers;
        },
        AbortSignal.any(ends),
        background ? 'background' : 'last',
      );
    } catch (error) {
      const answered = asked || wrong.signal.aborted || signal?.aborted;
      if (!(error instanceof DimseError) || error instanceof PreemptedError) throw error;
      if (this.signal.aborted && asked && error.kind === 'timeout')
        throw new UnansweredError('timeout', error.code, error.message, error);
      if (this.signal.aborted || !answered) throw error;
      return undefined;
    }
  }

  /** Returns the signal that ends one query before the search ends, if there is one. */
  private shareOf(level: Level): AbortSignal[] {
    const { deadline } = this.options;
    if (level !== 'SERIES' || deadline === undefined) return [];
    return [AbortSignal.timeout(Math.floor(Math.max(deadline - performance.now(), 0) * SERIES_SHARE))];
  }

  /**
   * Runs a query in the form that the archive is known to answer. If none is known and the archive refuses the query, or finds
   * nothing, it is repeated in other forms: in Patient Root, and with fewer return keys.
   */
  private async inSupportedForm<Answer>(
    association: Association,
    query: FindQuery,
    ask: (form: QueryForm) => Promise<Found<Answer>>,
  ): Promise<Found<Answer>> {
    const { returnKeys } = this.options;
    const { level } = query;
    const form = this.formOf(association, query);
    if (!isRegular(query) || returnKeys.formOf(level) || this.exhausted.has(level)) return ask(form);
    let first: Found<Answer>;
    try {
      first = await ask(form);
    } catch (error) {
      if (!isRefusal(error) || !mayDependOnForm(error)) throw error;
      const patientRoot = association.models.includes('patient') && form.model !== 'patient';
      const forms = [
        ...(patientRoot ? [{ ...form, model: 'patient' as const }] : []),
        ...fewerKeys(level).map((withoutKeys) => ({ ...form, withoutKeys })),
      ];
      for (const other of forms) {
        const found = await ask(other).catch(ifRefused);
        if (!found) continue;
        // The refusal may have been a passing one.
        const again = await ask(form).catch(ifRefused);
        const used = again ? form : other;
        returnKeys.confirm(level, used);
        this.isPatientRoot = used.model === 'patient';
        return again ?? found;
      }
      this.exhausted.add(level);
      throw error;
    }
    if (first.matches > 0) {
      returnKeys.confirm(level, form);
      return first;
    }
    const sets = fewerKeys(level);
    const fewest = await ask({ ...form, withoutKeys: sets.at(-1) as Set<number> }).catch(ifRefused);
    if (!fewest || fewest.matches === 0) {
      this.exhausted.add(level);
      return first;
    }
    for (const withoutKeys of sets) {
      const found = withoutKeys === sets.at(-1) ? fewest : await ask({ ...form, withoutKeys }).catch(ifRefused);
      if (!found || found.matches < fewest.matches) continue;
      returnKeys.confirm(level, { ...form, withoutKeys });
      return found;
    }
    return fewest;
  }

  /** Returns the form that the archive is known to answer; by default Study Root with all return keys. */
  private formOf({ models }: Association, { level, prefer }: FindQuery): QueryForm {
    const { returnKeys } = this.options;
    const wanted = prefer ?? returnKeys.model ?? 'study';
    const model = models.find((candidate) => candidate === wanted) ?? (models[0] as 'study');
    return { model, withoutKeys: returnKeys.formOf(level)?.withoutKeys ?? new Set() };
  }

  private async find(
    association: Association,
    query: FindQuery,
    { model, withoutKeys }: QueryForm,
    take: (text: DataSetText | undefined, isFinal: boolean) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { queryCharacterSet, text } = this.options;
    const match =
      model === 'patient' && query.patientId !== undefined
        ? new Map([...query.match, [Tag.patientId, query.patientId]])
        : query.match;
    this.isPatientRoot = model === 'patient' && (association.models.length === 1 || query.prefer === undefined);
    // Some archives declare the character set of their answers only if it is queried.
    const wanted = [Tag.specificCharacterSet, ...query.returnKeys];
    const keys = this.options.returnKeys.supported(wanted).filter((key) => !withoutKeys.has(key));
    const returnKeys = model === 'patient' ? [...keys, Tag.patientId] : keys;
    const onMatch = ({ identifier, isFinal }: Match) => take(identifier && new DataSetText(identifier, text), isFinal);
    try {
      await association.find(model, identifierOf({ ...query, match, returnKeys }, queryCharacterSet), onMatch, signal);
    } catch (error) {
      if (!this.isPatientRoot || !isRefusal(error) || match.get(Tag.patientId)) throw error;
      throw new DimseError('refused', codes['dicom.find.patient-id-required'], error.message, {
        remedy: 'Search by Patient ID: this archive is queried in the Patient Root model, which requires it.',
        queryOnly: true,
        cause: error,
      });
    }
  }

  /** Runs `work` for each item, several at once, and returns the results in the order of the items. The first error ends it. */
  async forEach<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
    const results: Result[] = new Array<Result>(items.length);
    const rest = items.entries();
    let failed = false;
    const worker = async () => {
      for (const [position, item] of rest) {
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

/** The answers to a query, and the number of its matches. */
interface Found<Answer> {
  answers: Answer[];
  matches: number;
}

/** Returns whether an archive must support a query: it has all return keys of its level, and the unique keys above. */
function isRegular({ level, match, returnKeys }: FindQuery): boolean {
  if (returnKeys !== RETURN_KEYS[level]) return false;
  if (level === 'IMAGE') return match.has(Tag.seriesInstanceUid);
  if (level === 'SERIES') return match.has(Tag.studyInstanceUid);
  return !match.has(Tag.modalitiesInStudy) && !match.has(Tag.studyDate);
}

const FORMLESS: readonly ErrorCode[] = [
  codes['dicom.find.not-authorized'],
  codes['dicom.find.out-of-resources'],
  codes['dicom.find.broken-off'],
];

/** Returns whether an archive that refused a query may answer it in another form. */
function mayDependOnForm({ code }: DimseError): boolean {
  return !FORMLESS.includes(code);
}

/** Returns `undefined` for a refused query. */
function ifRefused(error: unknown): undefined {
  if (!isRefusal(error)) throw error;
}

/** Returns a text that is the same for queries that match the same. */
export function identityOf({ level, match }: FindQuery): string {
  return JSON.stringify([level, ...match]);
}

/** Returns whether `error` is the peer's refusal of one query, while others are worth asking. */
export function isRefusal(error: unknown): error is DimseError {
  return error instanceof DimseError && error.queryOnly;
}

/** Returns whether `error` is the fault of a query that the caller did not cancel. What other queries found is still right. */
export function isFault(error: unknown): error is DimseError {
  return error instanceof DimseError && error.kind !== 'cancelled';
}

/** Reports that the deadline passed after the peer had received a query and before it answered. */
export class UnansweredError extends DimseError {}
