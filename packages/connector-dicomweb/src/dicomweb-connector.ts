import { setMaxListeners } from 'node:events';
import {
  type Connector,
  type ConnectorDefinition,
  ConnectorError,
  type ConnectorStatus,
  type Depth,
  type SearchCriteria,
  type RetrievedInstance,
  type RetrieveRequest,
  type SearchOptions,
  type SearchResult,
  SingleFlight,
  type StudyFilters,
} from '@pacs-connectors/connector-core';
import { StatusError } from '@pacs-connectors/wado-client';
import { type DicomWebSettings } from './dicomweb-settings.js';
import { connectorErrorOf } from './faults.js';
import { type Requester, QidoClient } from './http/qido-client.js';
import { type QidoQuery } from './http/query.js';
import { Tag, textOf } from './json/dicom-json.js';
import { ImageSource, type QueryConnection } from './image-source.js';
import { browseStudies } from './search/browse.js';
import { Search } from './search/search.js';
import { SearchContext } from './search/search-context.js';
import { QuerySupport } from './search/query-support.js';
import { queryAccess } from './service-access.js';
import { connectionTo } from './service-connection.js';

const DEPTHS: readonly Depth[] = ['study', 'series', 'instance'];

/** Finds studies by QIDO-RS (PS3.18 10.6), and retrieves them by WADO-RS (PS3.18 10.4) or WADO-URI (PS3.18 9). */
export class DicomWebConnector implements Connector {
  readonly id: string;
  readonly type = 'DICOM_WEB';
  private readonly settings: DicomWebSettings;
  private readonly levelLimit: Depth;
  private readonly client: QidoClient;
  private readonly queries: QueryConnection;
  private images?: ImageSource;
  private support = new QuerySupport();
  private readonly searches = new SingleFlight<SearchResult>();
  private readonly closing = new AbortController();

  /** @throws ConnectorError (`misconfigured`) if the address, the stores or the OAuth 2 settings cannot work. */
  constructor({ id, settings }: ConnectorDefinition<DicomWebSettings>) {
    this.id = id;
    this.settings = settings;
    this.levelLimit = settings.levelLimit ?? 'instance';
    const access = queryAccess(id, settings);
    this.queries = { ...connectionTo(id, access, settings), service: access.service };
    this.client = new QidoClient({
      ...this.queries,
      connectorId: id,
      baseUrl: access.baseUrl,
      maxResponseBytes: settings.maxResponseMib * 1024 * 1024,
      maxResults: settings.maxInstances,
    });
  }

  async search(criteria: SearchCriteria, options: SearchOptions): Promise<SearchResult> {
    const depth = DEPTHS[Math.min(DEPTHS.indexOf(options.depth), DEPTHS.indexOf(this.levelLimit))] as Depth;
    const bearerToken = this.queries.credentials.ofCaller ? options.caller?.bearerToken : undefined;
    // Callers with other permissions have another token, so they never share an answer.
    const key = JSON.stringify([criteria, depth, bearerToken]);
    return this.withAbort(options.signal, (end) =>
      this.searches.run(key, end, (signal) =>
        this.ask(criteria, depth, { signal, deadline: options.deadline, bearerToken }),
      ),
    );
  }

  /** Finds the newest studies without an identifier. */
  async browse(filters: StudyFilters, { signal, deadline, depth, caller }: SearchOptions): Promise<SearchResult> {
    const bearerToken = this.queries.credentials.ofCaller ? caller?.bearerToken : undefined;
    return this.withAbort(signal, (end) =>
      this.inContext({ signal: end, deadline, bearerToken }, (context) => browseStudies(context, filters, depth)),
    );
  }

  private ask(criteria: SearchCriteria, depth: Depth, caller: Requester): Promise<SearchResult> {
    return this.inContext(caller, (context) => new Search(context, criteria, depth).run());
  }

  private async inContext(
    caller: Requester,
    work: (context: SearchContext) => Promise<SearchResult>,
  ): Promise<SearchResult> {
    // If one query fails, the others end too.
    const failed = new AbortController();
    const end = AbortSignal.any([caller.signal, failed.signal, ...softDeadline(caller.deadline)]);
    // Each query of the search listens to this signal, and there may be hundreds.
    setMaxListeners(0, end);
    const requester: Requester = { ...caller, signal: end, state: {} };
    if (this.support.isOld) this.support = new QuerySupport();
    try {
      return await work(new SearchContext(this.id, this.client, this.support, requester));
    } finally {
      failed.abort();
    }
  }

  /** Searches for one study with the connector's own credentials. */
  async check(signal: AbortSignal): Promise<ConnectorStatus> {
    return this.withAbort(signal, async (end) => {
      const start = performance.now();
      const details = { address: this.client.address };
      if (this.queries.credentials.own) {
        await this.client.probe({ signal: end });
        const proven = `${this.client.address} answered a search`;
        return { latencyMs: performance.now() - start, details, proven };
      }
      // Only callers have credentials here. If the archive requires some, it answers.
      await this.client.probe({ signal: end, anonymous: true }).catch((error: unknown) => {
        if (!(error instanceof StatusError && (error.status === 401 || error.status === 403))) throw error;
      });
      return {
        latencyMs: performance.now() - start,
        details: { ...details, credentials: "the caller's" },
        proven: `${this.client.address} answers; the caller's token decides who may search`,
      };
    });
  }

  /** Searches for any one study with the connector's own credentials. */
  async sampleStudy(signal: AbortSignal): Promise<string | undefined> {
    return this.withAbort(signal, async (end) => {
      let study: string | undefined;
      const question: QidoQuery = { level: 'study', resource: 'studies', limit: 1 };
      await this.client.ask(question, { signal: end }, (result) => {
        study ??= textOf(result, Tag.StudyInstanceUID);
      });
      return study;
    });
  }

  /** Retrieves instances from `wado-uri`, `wado-rs` or `qido-rs`, with the credentials of that service. */
  async *retrieve(request: RetrieveRequest, signal: AbortSignal): AsyncGenerator<RetrievedInstance> {
    const end = AbortSignal.any([signal, this.closing.signal]);
    try {
      end.throwIfAborted();
      this.images ??= new ImageSource(this.id, this.settings, this.queries);
      yield* this.images.retrieve(request, end, (criteria, bearerToken) =>
        this.ask(criteria, 'instance', { signal: end, bearerToken }),
      );
    } catch (error) {
      throw this.errorOf(error, signal);
    }
  }

  async close(): Promise<void> {
    this.closing.abort(new ConnectorError(this.id, 'cancelled', 'the connector is closed'));
    const { dispatcher, foreignDispatcher } = this.queries;
    await Promise.allSettled([dispatcher.destroy(), foreignDispatcher.destroy(), this.images?.close()]);
  }

  /** Does `work` until the caller or the connector ends it. Throws its error as a ConnectorError. */
  private async withAbort<Result>(signal: AbortSignal, work: (end: AbortSignal) => Promise<Result>): Promise<Result> {
    const end = AbortSignal.any([signal, this.closing.signal]);
    try {
      end.throwIfAborted();
      return await work(end);
    } catch (error) {
      throw this.errorOf(error, signal);
    }
  }

  private errorOf(error: unknown, signal: AbortSignal): ConnectorError {
    if (this.closing.signal.aborted) return this.closing.signal.reason as ConnectorError;
    return connectorErrorOf(this.id, this.client, error, signal);
  }
}

/** The part of the time that is kept to build the answer from what came. */
const PART_FOR_ANSWER = 0.1;
const MOST_FOR_ANSWER = 500;

/** Returns a signal that ends the queries shortly before a deadline, so that what came is an answer. */
function softDeadline(deadline: number | undefined): AbortSignal[] {
  if (deadline === undefined) return [];
  const left = deadline - performance.now();
  return [AbortSignal.timeout(Math.max(0, Math.round(left - Math.min(MOST_FOR_ANSWER, left * PART_FOR_ANSWER))))];
}
