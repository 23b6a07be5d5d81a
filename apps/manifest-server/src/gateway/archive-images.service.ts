import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  type Caller,
  ConnectorError,
  ConnectorRegistry,
  type RetrievedInstance,
  type RetrieveRequest,
} from '@pacs-connectors/connector-core';
import { WadoRetrieval } from '@pacs-connectors/wado-client';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { codes } from '../errors/error-codes.js';
import { Retrievals } from '../retrieval/retrievals.service.js';
import { ConnectorWatches } from '../watch/connector-watches.service.js';

/** Retrieves images from archives: by the connector, or else from the address that is configured for viewers. */
@Injectable()
export class ArchiveImages implements OnApplicationShutdown {
  private readonly wado = new WadoRetrieval();

  constructor(
    private readonly registry: ConnectorRegistry,
    private readonly configuration: ServerConfiguration,
    private readonly retrievals: Retrievals,
    private readonly watches: ConnectorWatches,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.wado.close();
  }

  /**
   * Retrieves instances, by the contract of `Connector.retrieve`.
   *
   * @param listed the instances of the requested series, which WADO-URI needs
   * @throws ConnectorError
   */
  async *retrieve(
    archive: string,
    request: RetrieveRequest,
    listed: readonly string[],
    signal: AbortSignal,
  ): AsyncGenerator<RetrievedInstance> {
    const connector = this.registry.get(archive);
    if (!connector)
      throw new ConnectorError(archive, 'misconfigured', `archive ${archive} is not configured any more`, {
        code: codes['server.gateway.retrieve-unsupported'],
      });
    const release = this.watches.hold(connector);
    try {
      if (connector.retrieve) yield* connector.retrieve(request, signal);
      else yield* this.fromAddress(archive, connector.type, request, listed, signal);
    } finally {
      release();
    }
  }

  private async *fromAddress(
    archive: string,
    type: string,
    request: RetrieveRequest,
    listed: readonly string[],
    signal: AbortSignal,
  ): AsyncGenerator<RetrievedInstance> {
    const configuration = this.configuration.connector(archive);
    const { manifest } = configuration;
    const caller: Caller = request.caller ?? {};
    const { baseUrl, webLogin, bearerToken } = await this.retrievals.of(configuration, caller, signal);
    const service = this.registry.plugin(type)?.queryMode === 'DICOM_WEB' ? 'wado-rs' : 'wado-uri';
    const address = {
      archiveId: archive,
      baseUrl,
      service,
      webLogin,
      bearerToken,
      httpTags: Object.entries(manifest.httpTags).map(([key, value]) => ({ key, value })),
      additionalParameters: manifest.additionalParameters,
      transferSyntaxUid: manifest.transferSyntaxUid,
      onlySopInstanceUid: manifest.requireOnlySopInstanceUid,
    } as const;
    const sopInstanceUids = request.sopInstanceUids ?? (service === 'wado-uri' ? listed : undefined);
    yield* this.wado.retrieveFrom(address, { ...request, sopInstanceUids }, signal);
  }
}
