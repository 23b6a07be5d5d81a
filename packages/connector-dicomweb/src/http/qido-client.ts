import { setTimeout as delay } from 'node:timers/promises';
import { ConnectorError, type ConnectorErrorOptions } from '@pacs-connectors/connector-core';
import { type Dispatcher } from 'undici';
import { codes } from '../errors/error-codes.js';
import { EmptyBodyError, JsonFormatError, TruncatedJsonError } from '../json/json-array-reader.js';
import { type DicomJson } from '../json/dicom-json.js';
import { type Credentials } from './credentials.js';
import { Limiter } from './limiter.js';
import { isTransient, faultOf } from './faults.js';
import { type QidoQuery, targetOf } from './query.js';
import { beginning, header, type Headers, readResults, TooLongError } from './response-body.js';
import { discard, getWithRedirects } from './redirects.js';
import { retryDelay } from './retry.js';
import { BASE_URL, type Refusal, StatusError, statusErrorOf } from './status-error.js';

/** Who queries, and until when. */
export interface Requester {
  signal: AbortSignal;
  /** When `signal` ends the search at the latest (`performance.now()`), if known. */
  deadline?: number;
  bearerToken?: string;
  /** Sends no credentials. */
  anonymous?: boolean;
  /** The most time that the server has for each query once it is sent, milliseconds. The query is one that may fail. */
  patienceMs?: number;
  /** Sends each query once, even if it fails in a way that a second time may help. */
  once?: boolean;
  /** `served` is set once the server has answered a search. From then on its 404 means that nothing was found. */
  state?: { served?: boolean };
}

/** One answer, whose results have been passed on. */
export interface Page {
  count: number;
  /** The server says that it has more results than it returns (`Warning: 299`, PS3.18 8.3.4.4). */
  capped: boolean;
  /** Results that could not be read. */
  unreadable: number;
}

const NOTHING: Page = { count: 0, capped: false, unreadable: 0 };

export interface QidoClientOptions {
  connectorId: string;
  baseUrl: URL;
  credentials: Credentials;
  /** Headers of every query to the server, such as an API key. */
  headers?: Readonly<Record<string, string>>;
  /** Connections to the server, with the client certificate. */
  dispatcher: Dispatcher;
  /** Connections to other servers, which a redirect leads to. */
  foreignDispatcher: Dispatcher;
  /** The most queries at once. */
  connections: number;
  maxResponseBytes: number;
}

/** A Patient ID that no archive has. */
const NOBODY = 'pacs-connectors-probe';
const BROAD_REJECTIONS = [400, 403, 413, 422, 501];
/** Some servers reject a list of media types. */
const ACCEPT = [
  'application/dicom+json, application/json;q=0.9',
  'application/dicom+json',
  'application/json',
] as const;

/** Queries one DICOMweb server: one HTTP GET for each query, and one more if that may help. */
export class QidoClient {
  /** The server's address as messages show it. */
  readonly address: string;
  private readonly limiter: Limiter;
  /** The server required patience (`Retry-After`) and has not answered since. */
  private retryAfterError?: ConnectorError;
  private waitsForToken = false;
  /** What `Accept` is; another one after an answer of 406 or 415. */
  private accept: string = ACCEPT[0];

  constructor(private readonly options: QidoClientOptions) {
    this.address = options.baseUrl.origin + options.baseUrl.pathname.replace(/\/$/, '');
    this.limiter = new Limiter(options.connections);
  }

  /** What delays the queries now, if known. */
  get delayCause(): ConnectorError | undefined {
    return this.waitsForToken ? this.options.credentials.timeoutError : this.retryAfterError;
  }

  /**
   * Queries the server and passes on each result as it arrives. If an answer breaks off and the query is repeated, its first results
   * come twice.
   *
   * 204, 404 and an empty body mean that nothing was found, like an empty array, since servers differ. A 404 counts only if the
   * server answers another search, because a proxy before a service that is gone answers 404 too. An empty body of unknown length
   * counts if it comes twice, because HTTP/2 and proxies can break off an answer without an error.
   *
   * @throws ConnectorError; a {@link StatusError} if the status of the answer brings no results.
   */
  async ask(question: QidoQuery, requester: Requester, onResult: (result: DicomJson) => void): Promise<Page> {
    const page = await this.attempts(question, requester, onResult);
    const { state = {} } = requester;
    if (page) state.served = true;
    else if (!state.served) await this.probe(requester);
    return page ?? NOTHING;
  }

  /**
   * Sends the cheapest search. Archives can be configured to reject such a broad search: then the same search for one patient, which
   * nobody is, must be answered.
   *
   * @throws ConnectorError if there is no DICOMweb service or it does not answer.
   */
  async probe(requester: Requester): Promise<void> {
    const broad: QidoQuery = { level: 'study', resource: 'studies', limit: 1 };
    const narrow: QidoQuery = { ...broad, match: [['PatientID', NOBODY]] };
    const page = await this.attempts(broad, requester, () => undefined).catch(async (error: unknown) => {
      if (!(error instanceof StatusError && BROAD_REJECTIONS.includes(error.status))) throw error;
      // A rejection shows that the service exists, so 404 means that nothing was found.
      return (await this.attempts(narrow, requester, () => undefined)) ?? NOTHING;
    });
    if (!page) {
      throw this.failure('misconfigured', 'there is no DICOMweb service (HTTP 404)', {
        code: codes['dicomweb.service.missing'],
        remedy: BASE_URL,
      });
    }
    if (requester.state) requester.state.served = true;
  }

  /** Returns an error that names the server. */
  failure(kind: ConnectorError['kind'], what: string, options?: ConnectorErrorOptions): ConnectorError {
    return new ConnectorError(this.options.connectorId, kind, `${this.address}: ${what}`, options);
  }

  private attempts(
    question: QidoQuery,
    requester: Requester,
    onResult: (result: DicomJson) => void,
  ): Promise<Page | undefined> {
    const { baseUrl } = this.options;
    const target = targetOf(baseUrl, question);
    return this.limiter.run(requester.signal, async () => {
      const { patienceMs } = requester;
      const signal =
        patienceMs === undefined
          ? requester.signal
          : AbortSignal.any([requester.signal, AbortSignal.timeout(patienceMs)]);
      for (let attempt = 1; ; attempt++) {
        try {
          const page = await this.authorized(baseUrl.origin, target, { ...requester, signal }, onResult);
          this.retryAfterError = undefined;
          return page;
        } catch (error) {
          signal.throwIfAborted();
          const known = this.named(error);
          const wait = attempt === 1 && !requester.once ? retryDelay(known, isTransient(error)) : undefined;
          if (wait === undefined || performance.now() + wait >= (requester.deadline ?? Infinity)) {
            if (error instanceof EmptyBodyError) return NOTHING;
            throw known;
          }
          if (known instanceof StatusError && known.retryAfter !== undefined) this.retryAfterError = known;
          await delay(wait, undefined, { signal });
        }
      }
    });
  }

  /** Queries with credentials, and once more with new ones if the server does not accept them any more. */
  private async authorized(
    origin: string,
    target: string,
    requester: Requester,
    onResult: (result: DicomJson) => void,
  ): Promise<Page | undefined> {
    const { credentials } = this.options;
    for (let attempt = 1; ; attempt++) {
      const authorization = requester.anonymous
        ? undefined
        : await this.waitForToken(requester.signal, () =>
            credentials.authorization(requester.bearerToken, requester.signal),
          );
      try {
        return await this.inAcceptedType(() => this.get(origin, target, authorization, requester, onResult));
      } catch (error) {
        const expired = error instanceof StatusError && error.status === 401 && authorization !== undefined;
        if (!expired || attempt > 1 || !credentials.refused(authorization)) throw error;
      }
    }
  }

  /** Sends a query, and once more for each other `Accept` that the server may accept. The one that works is kept. */
  private async inAcceptedType<Result>(send: () => Promise<Result>): Promise<Result> {
    const rejected = new Set<string>();
    for (;;) {
      const { accept } = this;
      try {
        return await send();
      } catch (error) {
        rejected.add(accept);
        const other = ACCEPT.find((one) => !rejected.has(one));
        if (!(error instanceof StatusError && [406, 415].includes(error.status)) || other === undefined) throw error;
        this.accept = other;
      }
    }
  }

  private async waitForToken<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    this.waitsForToken = true;
    try {
      return await work();
    } finally {
      // If the deadline has passed, the error must still say that it passed here.
      this.waitsForToken = signal.aborted;
    }
  }

  private async get(
    origin: string,
    path: string,
    authorization: string | undefined,
    { signal, bearerToken }: Requester,
    onResult: (result: DicomJson) => void,
  ): Promise<Page | undefined> {
    const { connectorId, credentials, headers: ownHeaders = {}, dispatcher, foreignDispatcher } = this.options;
    const sign = credentials.sign?.bind(credentials);
    const headers = { accept: this.accept, 'accept-encoding': 'gzip', 'user-agent': 'pacs-connectors' };
    const { response, elsewhere } = await getWithRedirects(connectorId, this.address, {
      origin,
      path,
      headers,
      ownHeaders: { ...ownHeaders, ...(authorization !== undefined && { authorization }) },
      sign: sign && ((request) => this.waitForToken(signal, () => sign(request, signal))),
      dispatcher,
      foreignDispatcher,
      signal,
    });
    const hasCredentials = sign !== undefined || authorization !== undefined || Object.keys(ownHeaders).length > 0;
    const isOfCaller = authorization !== undefined && bearerToken !== undefined;
    const sent = hasCredentials ? (isOfCaller ? 'the token of the caller' : 'the configured credentials') : undefined;
    return this.read(response, { sent, elsewhere }, onResult);
  }

  private async read(
    { statusCode, headers, body }: Dispatcher.ResponseData,
    context: Pick<Refusal, 'elsewhere' | 'sent'>,
    onResult: (result: DicomJson) => void,
  ): Promise<Page | undefined> {
    if (statusCode === 200 || statusCode === 206) {
      let count = 0;
      const unreadable = await readResults(body, headers as Headers, this.options.maxResponseBytes, (result) => {
        count++;
        onResult(result as DicomJson);
      });
      const warning = [headers['warning']]
        .flat()
        .some((value) => value !== undefined && /(^|,)\s*(HTTP\/\S+\s+)?299\b/i.test(value));
      return { count, capped: warning || statusCode === 206, unreadable };
    }
    const { connectorId, credentials } = this.options;
    const isRefused = [400, 401, 403].includes(statusCode) && context.elsewhere === undefined;
    const signatureFault =
      isRefused && credentials.signatureFault
        ? credentials.signatureFault(`${header(headers as Headers, 'x-amzn-errortype')} ${await beginning(body)}`)
        : undefined;
    await discard(body);
    if (statusCode === 204) return NOTHING;
    if (statusCode === 404) return undefined;
    const retryAfter = header(headers as Headers, 'retry-after');
    throw statusErrorOf(connectorId, this.address, { status: statusCode, retryAfter, signatureFault, ...context });
  }

  /** Returns any thrown value as a ConnectorError that names the server. */
  private named(error: unknown): ConnectorError {
    if (error instanceof JsonFormatError) {
      return this.failure('protocol', error.message, {
        code: codes[error instanceof TruncatedJsonError ? 'dicomweb.answer.cut-off' : 'dicomweb.answer.not-json'],
        remedy:
          'Check that the address is that of the DICOMweb service, and that no proxy or login page answers for it.',
        cause: error,
      });
    }
    if (error instanceof TooLongError) {
      return this.failure('protocol', error.message, {
        code: codes['dicomweb.answer.too-long'],
        remedy: 'Request less, or raise dicom-web-connector.max-response-mib.',
        cause: error,
      });
    }
    return faultOf(this.options.connectorId, this.address, error);
  }
}
