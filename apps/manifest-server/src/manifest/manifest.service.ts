import { Injectable } from '@nestjs/common';
import {
  type Caller,
  type Connector,
  ConnectorError,
  type ConnectorErrorKind,
  ConnectorRegistry,
  type LeftOutConnector,
} from '@pacs-connectors/connector-core';
import { type ArcQuery, type Manifest } from '@pacs-connectors/manifest-builder';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { retrievalFor } from '../retrieval/retrieval.js';
import { type Search } from '../search/search.js';
import { askArchive } from './ask-archive.js';
import { errorNotice, leftOutNotice, nothingFoundNotice } from './notices.js';

export interface BuiltManifest {
  manifest: Manifest;
  /** Why parts are missing, one for each archive that is. */
  failures: ConnectorErrorKind[];
  /** No archive could be asked with success: the manifest holds messages only. */
  failed: boolean;
}

export interface BuildOptions {
  caller: Caller;
  /** Ends every search: whoever asked is gone. */
  signal: AbortSignal;
}

type Part = { arcQuery: ArcQuery; failure?: ConnectorErrorKind };

/** Where the viewer would fetch from is not known for an archive left out; the manifest's schema wants a URI. */
const NO_ADDRESS = 'about:blank';

/** Asks the archives and joins their answers. */
@Injectable()
export class ManifestService {
  constructor(
    private readonly registry: ConnectorRegistry,
    private readonly configuration: ServerConfiguration,
  ) {}

  /** Asks every archive of the search at the same time. An archive that fails costs its own part only. */
  async build(search: Search, options: BuildOptions): Promise<BuiltManifest> {
    const { archives } = search;
    const parts = await Promise.all(this.registry.select(archives).map((one) => this.part(one, search, options)));
    const asked = [...parts, ...this.registry.missing(archives).map(leftOutPart)];
    if (asked.every(({ arcQuery }) => arcQuery.patients.length === 0)) {
      for (const { arcQuery, failure } of asked)
        if (!failure) arcQuery.notices = [...(arcQuery.notices ?? []), nothingFoundNotice(arcQuery.arcId)];
    }
    const failures = asked.map(({ failure }) => failure).filter((failure) => failure !== undefined);
    return {
      manifest: { arcQueries: asked.map(({ arcQuery }) => arcQuery) },
      failures,
      failed: failures.length === asked.length,
    };
  }

  /** One archive's part; never rejects. */
  private async part(connector: Connector, search: Search, { caller, signal }: BuildOptions): Promise<Part> {
    const { id, type } = connector;
    const configuration = this.configuration.connector(id);
    const { manifest, timeoutMs } = configuration;
    const queryMode = this.registry.plugin(type)?.queryMode;
    let baseUrl = NO_ADDRESS;
    try {
      const retrieval = retrievalFor(configuration, caller);
      baseUrl = retrieval.baseUrl;
      const { patients, notices } = await askArchive(connector, search.criteria, { signal, timeoutMs, caller });
      return {
        arcQuery: {
          arcId: id,
          ...retrieval,
          queryMode,
          requireOnlySopInstanceUid: manifest.requireOnlySopInstanceUid,
          additionalParameters: manifest.additionalParameters,
          overrideDicomTags: manifest.overrideDicomTags,
          transferSyntaxUid: manifest.transferSyntaxUid,
          compressionRate: manifest.compressionRate,
          httpTags: [
            ...Object.entries(manifest.httpTags).map(([key, value]) => ({ key, value })),
            ...(retrieval.httpTags ?? []),
          ],
          notices,
          patients,
        },
      };
    } catch (error) {
      // The viewer is given no credentials for an archive whose images it is not told of.
      const failure = ConnectorError.from(id, error);
      return {
        arcQuery: { arcId: id, baseUrl, queryMode, notices: [errorNotice(failure)], patients: [] },
        failure: failure.kind,
      };
    }
  }
}

function leftOutPart(connector: LeftOutConnector): Part {
  return {
    arcQuery: { arcId: connector.id, baseUrl: NO_ADDRESS, notices: [leftOutNotice(connector)], patients: [] },
    failure: 'misconfigured',
  };
}
