import {
  ConnectorError,
  filterResult,
  type Patient,
  type SearchResult,
  type StudyFilters,
} from '@pacs-connectors/connector-core';
import { type Requester, type QidoClient } from '../http/qido-client.js';
import { StatusError } from '@pacs-connectors/wado-client';
import { Notices } from './notices.js';
import { type QuerySupport } from './query-support.js';

/** An optional query gets this part of the time that is left … */
const PART_OF_OPTIONAL = 0.25;
/** … or this time if no deadline is known, milliseconds. */
const OPTIONAL_MS = 10_000;

/** What the steps of one search share. */
export class SearchContext {
  constructor(
    private readonly id: string,
    readonly client: QidoClient,
    readonly support: QuerySupport,
    readonly requester: Requester,
    readonly notices = new Notices(id),
  ) {}

  /** Whether the queries of this context may fail ({@link optional}). */
  get isOptional(): boolean {
    return this.requester.timeLimitMs !== undefined;
  }

  /** Returns this context with other limits for its queries. */
  with(requester: Partial<Requester>): SearchContext {
    return new SearchContext(this.id, this.client, this.support, { ...this.requester, ...requester }, this.notices);
  }

  /**
   * Does `work`, whose queries only save others, prove something or add texts. It may fail in any way and has a part of the remaining
   * time only.
   *
   * @returns `undefined` if it failed.
   * @throws the error of a server that requires credentials or patience (401, 429, 503), because the other queries need them too.
   */
  async optional<Result>(work: (context: SearchContext) => Promise<Result>): Promise<Result | undefined> {
    const { signal, deadline } = this.requester;
    const left = deadline === undefined ? OPTIONAL_MS / PART_OF_OPTIONAL : deadline - performance.now();
    const timeLimitMs = Math.max(1, Math.round(left * PART_OF_OPTIONAL));
    try {
      return await work(this.isOptional ? this : this.with({ timeLimitMs }));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof StatusError && [401, 429, 503].includes(error.status)) throw error;
      return undefined;
    }
  }

  /** Returns a context whose queries have a half of the remaining time, so that one that hangs does not cost what others found. */
  withPartOfTime(): SearchContext {
    const { signal, deadline } = this.requester;
    if (deadline === undefined) return this;
    const ms = Math.max(1, Math.round((deadline - performance.now()) / 2));
    return this.with({ signal: AbortSignal.any([signal, AbortSignal.timeout(ms)]) });
  }

  /** Applies filters. Notices count the studies that they leave out because their date cannot be read. */
  filter(patients: Patient[], filters: StudyFilters): SearchResult {
    return filterResult(this.id, { patients, notices: [] }, filters);
  }

  /** Returns any thrown value as a ConnectorError. The end of a time limit is a timeout. */
  errorOf(error: unknown): ConnectorError {
    const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
    return isTimeout ? ConnectorError.aborted(this.id, AbortSignal.abort(error)) : ConnectorError.from(this.id, error);
  }
}
