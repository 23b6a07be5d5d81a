import { setTimeout as delay } from 'node:timers/promises';
import { type ConnectorError } from '@pacs-connectors/connector-core';
import { type Dispatcher } from 'undici';
import { type Credentials } from './credentials.js';
import { faultOf, isTransient } from './faults.js';
import { discard, getWithRedirects } from './redirects.js';
import { beginning, header, type Headers } from './response-body.js';
import { retryDelay } from './retry.js';
import { type ServiceTexts } from './service-texts.js';
import { type Refusal, StatusError, statusErrorOf } from './status-error.js';

/** Who sends a request, and until when. */
export interface Sender {
  signal: AbortSignal;
  /** When `signal` ends the work at the latest (`performance.now()`), if known. */
  deadline?: number;
  bearerToken?: string;
  /** Sends no credentials. */
  anonymous?: boolean;
  /** Sends the request once, even if it fails in a way that a second time may help. */
  once?: boolean;
}

export interface GetClientOptions {
  connectorId: string;
  baseUrl: URL;
  credentials: Credentials;
  /** Headers of every request to the server, such as an API key. */
  headers?: Readonly<Record<string, string>>;
  /** Connections to the server, with the client certificate. */
  dispatcher: Dispatcher;
  /** Connections to other servers, which a redirect leads to. */
  foreignDispatcher: Dispatcher;
  texts: ServiceTexts;
  /** Bytes of a body that are held for a slow reader. Default: that of undici. */
  highWaterMark?: number;
  /** How long the server may be silent within a body, milliseconds. Default: that of undici. */
  stallMs?: number;
  /** Returns the error for what a reader of answers threw; `undefined` if it is another one. */
  errorOf?(error: unknown): ConnectorError | undefined;
  /** Whether what a reader of answers threw may not happen a second time. */
  isTransient?(error: unknown): boolean;
}

/** One request: its path and query, its own headers, and what reads its answer. */
export interface ReadRequest<Result> {
  target: string;
  headers: Readonly<Record<string, string>>;
  read(answer: Answer): Promise<Result>;
}

/** The answer to a request. */
export interface Answer {
  status: number;
  headers: Headers;
  body: Dispatcher.ResponseData['body'];
  /** Reads the rest of the answer and returns the error for its status. */
  refusal(): Promise<StatusError>;
}

/** Sends GET requests to one server with its credentials, follows redirects, and repeats a request once if that may help. */
export class GetClient {
  /** The server's address as messages show it. */
  readonly address: string;
  /** The server required patience (`Retry-After`) and has not answered since. */
  private retryAfterError?: ConnectorError;
  private waitsForToken = false;

  constructor(private readonly options: GetClientOptions) {
    this.address = options.baseUrl.origin + options.baseUrl.pathname.replace(/\/$/, '');
  }

  /** What delays the requests now, if known. */
  get delayCause(): ConnectorError | undefined {
    return this.waitsForToken ? this.options.credentials.timeoutError : this.retryAfterError;
  }

  /** Sends a request. @throws ConnectorError; a {@link StatusError} if the status of the answer brings no results. */
  async send<Result>(sender: Sender, send: (get: Get) => Promise<Result>): Promise<Result> {
    const { signal } = sender;
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await this.authorized(sender, send);
        this.retryAfterError = undefined;
        return result;
      } catch (error) {
        signal.throwIfAborted();
        const known = this.errorOf(error);
        const mayHelp = isTransient(error) || this.options.isTransient?.(error) === true;
        const wait = attempt === 1 && !sender.once ? retryDelay(known, mayHelp) : undefined;
        if (wait === undefined || performance.now() + wait >= (sender.deadline ?? Infinity)) throw known;
        if (known instanceof StatusError && known.retryAfter !== undefined) this.retryAfterError = known;
        await delay(wait, undefined, { signal });
      }
    }
  }

  /** Returns any thrown value as a ConnectorError that names the server. */
  errorOf(error: unknown): ConnectorError {
    const { connectorId, texts } = this.options;
    return this.options.errorOf?.(error) ?? faultOf(connectorId, this.address, error, texts);
  }

  /** Sends with credentials, and once more with new ones if the server does not accept them any more. */
  private async authorized<Result>(sender: Sender, send: (get: Get) => Promise<Result>): Promise<Result> {
    const { credentials } = this.options;
    const { signal, bearerToken } = sender;
    for (let attempt = 1; ; attempt++) {
      const authorization = sender.anonymous
        ? undefined
        : await this.waitForToken(signal, () => credentials.authorization(bearerToken, signal));
      try {
        return await send((request) => this.get(request, authorization, sender));
      } catch (error) {
        const expired = error instanceof StatusError && error.status === 401 && authorization !== undefined;
        if (!expired || attempt > 1 || !credentials.refused(authorization)) throw error;
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

  private async get<Result>(
    { target, headers, read }: ReadRequest<Result>,
    authorization: string | undefined,
    { signal, bearerToken }: Sender,
  ): Promise<Result> {
    const { connectorId, baseUrl, credentials, headers: ownHeaders = {}, texts, ...rest } = this.options;
    const { dispatcher, foreignDispatcher, highWaterMark, stallMs } = rest;
    const sign = credentials.sign?.bind(credentials);
    const request = {
      origin: baseUrl.origin,
      path: target,
      headers: { ...headers, 'user-agent': 'pacs-connectors' },
      ownHeaders: { ...ownHeaders, ...(authorization !== undefined && { authorization }) },
      sign: sign && ((unsigned) => this.waitForToken(signal, () => sign(unsigned, signal))),
      dispatcher,
      foreignDispatcher,
      highWaterMark,
      stallMs,
      signal,
    } satisfies Parameters<typeof getWithRedirects>[2];
    const { response, elsewhere } = await getWithRedirects(connectorId, this.address, request, texts);
    const hasCredentials = sign !== undefined || authorization !== undefined || Object.keys(ownHeaders).length > 0;
    const isOfCaller = authorization !== undefined && bearerToken !== undefined;
    const sent = hasCredentials ? (isOfCaller ? 'the token of the caller' : 'the configured credentials') : undefined;
    const { statusCode: status, body } = response;
    const answer = { status, headers: response.headers as Headers, body };
    return read({ ...answer, refusal: () => this.refusal(answer, { sent, elsewhere }) });
  }

  private async refusal(
    { status, headers, body }: Omit<Answer, 'refusal'>,
    context: Pick<Refusal, 'elsewhere' | 'sent'>,
  ): Promise<StatusError> {
    const { connectorId, credentials, texts } = this.options;
    const isRefused = [400, 401, 403].includes(status) && context.elsewhere === undefined;
    const signatureFault =
      isRefused && credentials.signatureFault
        ? credentials.signatureFault(`${header(headers, 'x-amzn-errortype')} ${await beginning(body)}`)
        : undefined;
    await discard(body);
    const retryAfter = header(headers, 'retry-after');
    return statusErrorOf(connectorId, this.address, { status, retryAfter, signatureFault, ...context }, texts);
  }
}

/** Sends one GET request, and returns what `read` returns. */
export type Get = <Result>(request: ReadRequest<Result>) => Promise<Result>;
