import {
  ConnectorError,
  emptyCriteria,
  isComplete,
  type RetrievedInstance,
  type RetrieveRequest,
  type SearchCriteria,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import { FormLadder, formsOf, Limiter, WadoClient } from '@pacs-connectors/wado-client';
import { type DicomWebSettings } from './dicomweb-settings.js';
import { codes } from './errors/error-codes.js';
import { imageAccess } from './service-access.js';
import { connectionTo, type ServiceConnection } from './service-connection.js';

/** The connection of queries, which images use too if they come from the same service. */
export interface QueryConnection extends ServiceConnection {
  service: object;
}

/** Searches for one study down to its instances. */
type StudySearch = (criteria: SearchCriteria, bearerToken: string | undefined) => Promise<SearchResult>;

/** Where one archive's images come from: WADO-RS or WADO-URI. */
export class ImageSource {
  private readonly client: WadoClient;
  private readonly connection: ServiceConnection;
  private readonly isWadoUri: boolean;

  /** @throws ConnectorError (`misconfigured`) if the settings of the service cannot work. */
  constructor(
    private readonly id: string,
    settings: DicomWebSettings,
    private readonly queries: QueryConnection,
  ) {
    const access = imageAccess(id, settings);
    this.isWadoUri = access.wado === 'wado-uri';
    this.connection = access.service === queries.service ? queries : connectionTo(id, access, settings);
    const { limiter, ...connection } = this.connection;
    const request = { service: access.wado };
    // One turn stays free for queries, so that they do not wait for slow readers of images.
    const isShared = this.connection === queries && settings.connections > 1;
    this.client = new WadoClient({
      ...connection,
      connectorId: id,
      baseUrl: access.baseUrl,
      request,
      forms: new FormLadder(formsOf(request)),
      limiter: isShared ? new Limiter(settings.connections - 1, limiter) : limiter,
    });
  }

  /**
   * Retrieves instances. WADO-URI returns single ones, so those of a study or series are searched for first.
   *
   * @throws ConnectorError
   */
  async *retrieve(
    request: RetrieveRequest,
    signal: AbortSignal,
    search: StudySearch,
  ): AsyncGenerator<RetrievedInstance> {
    const { ofCaller } = this.connection.credentials;
    const token = request.caller?.bearerToken;
    const retriever = { bearerToken: ofCaller ? token : undefined };
    if (!this.isWadoUri || request.sopInstanceUids) return yield* this.client.retrieve(request, signal, retriever);
    const { studyInstanceUid, seriesInstanceUid } = request;
    const result = await search(
      { ...emptyCriteria(), studyInstanceUids: [studyInstanceUid] },
      this.queries.credentials.ofCaller ? token : undefined,
    );
    const series = result.patients.flatMap(({ studies }) => studies).flatMap((study) => study.series);
    for (const one of series) {
      if (seriesInstanceUid !== undefined && one.seriesInstanceUid !== seriesInstanceUid) continue;
      const sopInstanceUids = one.instances.map(({ sopInstanceUid }) => sopInstanceUid);
      const part = { studyInstanceUid, seriesInstanceUid: one.seriesInstanceUid, sopInstanceUids };
      yield* this.client.retrieve(part, signal, retriever);
    }
    if (isComplete(result)) return;
    const what = `${this.client.address}: its list of the instances is not complete`;
    throw new ConnectorError(this.id, 'protocol', what, {
      code: codes['dicomweb.answer.incomplete'],
      remedy: 'Search for the study to see what is missing.',
    });
  }

  async close(): Promise<void> {
    const { dispatcher, foreignDispatcher } = this.connection;
    await Promise.allSettled([dispatcher.destroy(), foreignDispatcher.destroy()]);
  }
}
