import { ConnectorError, type RetrievedInstance, type RetrieveRequest } from '@pacs-connectors/connector-core';
import { type Dispatcher } from 'undici';
import { codes } from './error-codes.js';
import { agentWith, type Credentials, fixedCredentials, FormLadder, Limiter, noCredentials } from './http/index.js';
import { WadoClient } from './wado-client.js';
import { formsOf, type RequestForm, type RequestOptions, type WadoService } from './wado-requests.js';

/** Where images of one archive are, and what a request for them carries. */
export interface ImageAddress {
  /** Id of the archive, for errors. */
  archiveId: string;
  /** WADO-RS: the part before `/studies`. WADO-URI: the part before `?`. A query in it is part of every request. */
  baseUrl: string;
  service: WadoService;
  /** base64 of `login:password` (RFC 7617). */
  webLogin?: string;
  /** A bearer token, without the scheme. */
  bearerToken?: string;
  /** Headers of each request. Only the server of `baseUrl` gets them. `Accept` replaces the one that is sent by default. */
  httpTags?: readonly { key: string; value: string }[];
  /** Appended to each address; may begin with `?` or `&`. */
  additionalParameters?: string;
  /** The transfer syntax to request. Default: `*`, as stored. */
  transferSyntaxUid?: string;
  /** WADO-URI: sends the SOP Instance UID only. */
  onlySopInstanceUid?: boolean;
  /** Certificate authorities (PEM) that are trusted for the server. Default: those of Node.js. */
  ca?: readonly string[];
}

/** What is kept for one server. */
interface Server {
  dispatcher: Dispatcher;
  limiter: Limiter;
  forms: FormLadder<RequestForm>;
}

/** Retrieves images from addresses. It keeps connections, and what it learns about each server. */
export class WadoRetrieval {
  private readonly servers = new Map<string, Server>();
  private readonly closing = new AbortController();

  /** @param options `connections`: the most requests to one server at once; default: 4. */
  constructor(private readonly options: { connections?: number } = {}) {}

  /**
   * Retrieves instances from an address, as `Connector.retrieve` does. If the archive has nothing, nothing is yielded.
   *
   * WADO-URI returns single instances, so the request must name them (`sopInstanceUids`).
   *
   * @throws ConnectorError
   */
  async *retrieveFrom(
    address: ImageAddress,
    request: RetrieveRequest,
    signal: AbortSignal,
  ): AsyncGenerator<RetrievedInstance> {
    const { archiveId, bearerToken } = address;
    const headers = headersOf(address);
    const { accept, ...ownHeaders } = headers;
    const options: RequestOptions = {
      service: address.service,
      additionalParameters: address.additionalParameters,
      transferSyntaxUid: address.transferSyntaxUid,
      onlySopInstanceUid: address.onlySopInstanceUid,
      accept,
    };
    const { dispatcher, limiter, forms } = this.serverOf(address, options);
    const client = new WadoClient({
      connectorId: archiveId,
      baseUrl: urlOf(address),
      credentials: credentialsOf(address),
      headers: ownHeaders,
      dispatcher,
      foreignDispatcher: dispatcher,
      request: options,
      forms,
      limiter,
    });
    const end = AbortSignal.any([signal, this.closing.signal]);
    yield* client.retrieve(request, end, { bearerToken });
  }

  /** Ends retrievals in progress and closes all connections. */
  async close(): Promise<void> {
    this.closing.abort();
    await Promise.allSettled([...this.servers.values()].map(({ dispatcher }) => dispatcher.destroy()));
  }

  private serverOf({ baseUrl, ca }: ImageAddress, options: RequestOptions): Server {
    const { service, transferSyntaxUid, accept } = options;
    const key = JSON.stringify([baseUrl, ca, service, transferSyntaxUid, accept]);
    let server = this.servers.get(key);
    if (!server) {
      const { connections = 4 } = this.options;
      const dispatcher = agentWith(connections, ca ? { ca: [...ca] } : {});
      server = { dispatcher, limiter: new Limiter(connections), forms: new FormLadder(formsOf(options)) };
      this.servers.set(key, server);
    }
    return server;
  }
}

function urlOf({ archiveId, baseUrl }: ImageAddress): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new ConnectorError(archiveId, 'misconfigured', 'the address of the images is not an http or https URL', {
    code: codes['wado.address.invalid'],
    remedy: 'Correct the address of the images in the configuration of the archive.',
  });
}

function credentialsOf({ webLogin, bearerToken }: ImageAddress): Credentials {
  if (bearerToken !== undefined) return fixedCredentials(`Bearer ${bearerToken}`);
  return webLogin === undefined ? noCredentials : fixedCredentials(`Basic ${webLogin}`);
}

/** Returns the configured headers in lower case. Those of the connection are left out. */
function headersOf({ httpTags = [] }: ImageAddress): Record<string, string> {
  const headers = httpTags.map(({ key, value }) => [key.toLowerCase(), value] as const);
  return Object.fromEntries(headers.filter(([name]) => !OF_CONNECTION.includes(name)));
}

const OF_CONNECTION = ['accept-encoding', 'connection', 'content-length', 'host', 'transfer-encoding', 'upgrade'];
