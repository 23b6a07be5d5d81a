import { setTimeout as delay } from 'node:timers/promises';
import { ConnectorError, type ConnectorErrorOptions } from '@pacs-connectors/connector-core';
import { type Dispatcher } from 'undici';
import { JsonFormatError } from '../json/json-array-reader.js';
import { type DicomJson } from '../json/dicom-json.js';
import { type Credentials } from './credentials.js';
import { Limiter } from './limiter.js';
import { isTransient, faultOf } from './faults.js';
import { type QidoQuery, targetOf } from './query.js';
import { header, type Headers, readResults, TooLongError } from './response-body.js';
import { retryDelay } from './retry.js';
import { StatusError } from './status-error.js';

/** Who asks, and until when. */
export interface Requester {
  signal: AbortSignal;
  /** When it ends at the latest (`performance.now()`), where that is known. */
  deadline?: number;
  bearerToken?: string;
  /** Nobody: no credentials are sent. */
  anonymous?: boolean;
  /** Set once the server has answered a search of this requester, so that its 404 means that nothing was found. */
  served?: boolean;
}

/** One answer. Its results have been handed over. */
export interface Page {
  count: number;
  /** The server says that there is more than it gives (`Warning: 299`, PS3.18 8.3.4.4). */
  capped: boolean;
}

export interface QidoClientOptions {
  connectorId: string;
  baseUrl: URL;
  credentials: Credentials;
  /** Connections to the server, with our certificate. */
  dispatcher: Dispatcher;
  /** Connections to other servers, where a redirect leads. */
  foreignDispatcher: Dispatcher;
  /** Questions at once. */
  connections: number;
  maxResponseBytes: number;
}

const MAX_REDIRECTS = 5;
const BASE_URL = 'Give the base URL of the service, the one that /studies follows.';
const REDIRECTS = [301, 302, 303, 307, 308];

/** Asks one DICOMweb server: one HTTP GET for each question, and one more where that may help. */
export class QidoClient {
  /** The server as messages name it. */
  readonly address: string;
  private readonly limiter: Limiter;
  /** The server has asked for patience (`Retry-After`), and has not answered since. */
  private retryAfterError?: ConnectorError;
  private waitsForToken = false;

  constructor(private readonly options: QidoClientOptions) {
    this.address = options.baseUrl.origin + options.baseUrl.pathname.replace(/\/$/, '');
    this.limiter = new Limiter(options.connections);
  }

  /** What a question that is late now is held up by, where that is known. */
  get delayCause(): ConnectorError | undefined {
    return this.waitsForToken ? this.options.credentials.timeoutError : this.retryAfterError;
  }

  /**
   * Asks once and hands over each result as it comes. Where an answer breaks off and is asked for again, its first results
   * come a second time.
   *
   * 204 and 404 mean that nothing was found, as an empty array does (servers differ). A 404 is only believed where the server
   * answers another search: what is in front of a service that is gone says 404 too.
   *
   * @throws ConnectorError, a {@link StatusError} where the server declined.
   */
  async ask(question: QidoQuery, requester: Requester, onResult: (result: DicomJson) => void): Promise<Page> {
    const page = await this.attempts(question, requester, onResult);
    if (page) requester.served = true;
    else if (!requester.served) await this.probe(requester);
    return page ?? { count: 0, capped: false };
  }

  /**
   * The cheapest search. @returns the number of results, 0 or 1.
   *
   * @throws ConnectorError where there is no DICOMweb service or it does not answer.
   */
  async probe(requester: Requester): Promise<number> {
    const question: QidoQuery = { level: 'study', resource: 'studies', limit: 1 };
    const page = await this.attempts(question, requester, () => undefined).catch((error: unknown) => {
      // dcm4chee-arc may be set to refuse searches that are this broad; that it does shows that it answers.
      if (error instanceof StatusError && error.status === 413) return { count: 0, capped: true };
      throw error;
    });
    if (!page) {
      throw this.failure('misconfigured', 'there is no DICOMweb service (HTTP 404)', {
        remedy: BASE_URL,
      });
    }
    requester.served = true;
    return page.count;
  }

  /** An error that names the server. */
  failure(kind: ConnectorError['kind'], what: string, options?: ConnectorErrorOptions): ConnectorError {
    return new ConnectorError(this.options.connectorId, kind, `${this.address}: ${what}`, options);
  }

  private attempts(
    question: QidoQuery,
    requester: Requester,
    onResult: (result: DicomJson) => void,
  ): Promise<Page | undefined> {
    const { baseUrl } = this.options;
    const url = new URL(baseUrl.origin);
    const target = targetOf(baseUrl.pathname, question);
    return this.limiter.run(requester.signal, async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          const page = await this.authorized(url.origin, target, requester, onResult);
          this.retryAfterError = undefined;
          return page;
        } catch (error) {
          requester.signal.throwIfAborted();
          const known = this.named(error);
          const wait = attempt === 1 ? retryDelay(known, isTransient(error)) : undefined;
          if (wait === undefined || performance.now() + wait >= (requester.deadline ?? Infinity)) throw known;
          if (known instanceof StatusError && known.retryAfter !== undefined) this.retryAfterError = known;
          await delay(wait, undefined, { signal: requester.signal });
        }
      }
    });
  }

  /** Asks with credentials, and once more with new ones where the server no longer takes them. */
  private async authorized(
    origin: string,
    target: string,
    requester: Requester,
    onResult: (result: DicomJson) => void,
  ): Promise<Page | undefined> {
    const { credentials } = this.options;
    for (let attempt = 1; ; attempt++) {
      const authorization = requester.anonymous ? undefined : await this.authorization(requester);
      try {
        return await this.follow(origin, target, authorization, requester, onResult);
      } catch (error) {
        const expired = error instanceof StatusError && error.status === 401 && authorization !== undefined;
        if (!expired || attempt > 1 || !credentials.refused(authorization)) throw error;
      }
    }
  }

  private async authorization({ bearerToken, signal }: Requester): Promise<string | undefined> {
    this.waitsForToken = true;
    try {
      return await this.options.credentials.authorization(bearerToken, signal);
    } finally {
      // Where the deadline has passed, that it did so here is still to be told.
      this.waitsForToken = signal.aborted;
    }
  }

  /**
   * Follows redirects by hand: credentials and our certificate go to the configured origin and to no other, and never from
   * https to http.
   */
  private async follow(
    origin: string,
    target: string,
    authorization: string | undefined,
    { signal, bearerToken }: Requester,
    onResult: (result: DicomJson) => void,
  ): Promise<Page | undefined> {
    const shown = bearerToken === undefined ? 'our credentials' : 'the token of the caller';
    let [place, path] = [origin, target];
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const own = place === origin;
      const response = await (own ? this.options.dispatcher : this.options.foreignDispatcher).request({
        origin: place,
        path,
        method: 'GET',
        headers: {
          accept: 'application/dicom+json, application/json;q=0.9',
          'accept-encoding': 'gzip',
          'user-agent': 'pacs-connectors',
          ...(own && authorization !== undefined ? { authorization } : {}),
        },
        signal,
      });
      if (!REDIRECTS.includes(response.statusCode)) {
        return this.read(response, own ? undefined : place, authorization === undefined ? undefined : shown, onResult);
      }
      await discard(response.body);
      const location = header(response.headers as Headers, 'location');
      if (!location || !URL.canParse(location, place + path)) {
        throw this.failure('protocol', `it redirects to nowhere (HTTP ${response.statusCode})`);
      }
      const next = new URL(location, place + path);
      if (!/^https?:$/.test(next.protocol) || (place.startsWith('https:') && next.protocol === 'http:')) {
        throw this.failure('refused', 'it redirects to an address without TLS, which is not followed', {
          remedy: 'Configure the address that is meant.',
        });
      }
      [place, path] = [next.origin, next.pathname + next.search];
    }
    throw this.failure('protocol', `it redirects more than ${MAX_REDIRECTS} times`);
  }

  private async read(
    { statusCode, headers, body }: Dispatcher.ResponseData,
    elsewhere: string | undefined,
    shown: 'our credentials' | 'the token of the caller' | undefined,
    onResult: (result: DicomJson) => void,
  ): Promise<Page | undefined> {
    if (statusCode === 200 || statusCode === 206) {
      let count = 0;
      await readResults(body, headers as Headers, this.options.maxResponseBytes, (result) => {
        count++;
        onResult(result as DicomJson);
      });
      const warning = [headers['warning']]
        .flat()
        .some((value) => value !== undefined && /(^|,)\s*(HTTP\/\S+\s+)?299\b/i.test(value));
      return { count, capped: warning || statusCode === 206 };
    }
    await discard(body);
    if (statusCode === 204) return { count: 0, capped: false };
    if (statusCode === 404) return undefined;
    throw this.declined(statusCode, headers as Headers, elsewhere, shown);
  }

  private declined(
    status: number,
    headers: Headers,
    elsewhere: string | undefined,
    shown: 'our credentials' | 'the token of the caller' | undefined,
  ): StatusError {
    const retryAfter = header(headers, 'retry-after');
    const patience = retryAfter && /^[\w ,:]{1,40}$/.test(retryAfter) ? `, Retry-After: ${retryAfter}` : '';
    const fail = (kind: ConnectorError['kind'], what: string, remedy?: string) =>
      new StatusError(this.options.connectorId, kind, status, `${this.address}: ${what} (HTTP ${status}${patience})`, {
        remedy,
        retryAfter,
      });
    if ((status === 401 || status === 403) && elsewhere !== undefined && shown) {
      return fail(
        'refused',
        `it redirects to ${elsewhere}, which wants credentials; they are only sent to the configured server`,
        'Configure the address that is meant.',
      );
    }
    if (status === 401) {
      return fail(
        'refused',
        shown ? `it does not accept ${shown}` : 'it wants credentials, and none are configured',
        shown === 'the token of the caller'
          ? 'Log in anew, and see that the archive trusts who issued the token.'
          : 'See authentication in dicom-web-connector.qido-rs.',
      );
    }
    if (status === 403)
      return fail('refused', 'it does not permit the query', 'See the permissions of this user there.');
    if (status === 429) return fail('unavailable', 'it is asked too much', 'Lower dicom-web-connector.connections.');
    if (status === 501) return fail('refused', 'it does not know this kind of query');
    if (status >= 500) return fail('unavailable', 'it failed', 'See the log of the archive.');
    if (status >= 400) return fail('refused', 'it does not take this query', BASE_URL);
    return fail('protocol', 'it answered a status that QIDO-RS does not have');
  }

  /** Any thrown value as a ConnectorError that names the server. */
  private named(error: unknown): ConnectorError {
    if (error instanceof JsonFormatError) {
      return this.failure('protocol', error.message, {
        remedy: 'See that the address is that of the DICOMweb service and that nothing in between answers for it.',
        cause: error,
      });
    }
    if (error instanceof TooLongError) {
      return this.failure('protocol', error.message, {
        remedy: 'Ask for less, or raise dicom-web-connector.max-response-mib.',
        cause: error,
      });
    }
    return faultOf(this.options.connectorId, this.address, error);
  }
}

/** Reads what nobody needs. The connection is kept for the next question where that is soon over, and closed else. */
async function discard(body: Dispatcher.ResponseData['body']): Promise<void> {
  await body.dump({ limit: 65_536, signal: AbortSignal.timeout(1_000) }).catch(() => body.destroy());
}
