import { ConnectorError, type ConnectorErrorOptions } from '@pacs-connectors/connector-core';
import {
  type Answer,
  FormLadder,
  GetClient,
  type GetClientOptions,
  type Limiter,
  type Sender,
  StatusError,
} from '@pacs-connectors/wado-client';
import { codes } from '../errors/error-codes.js';
import { EmptyBodyError, JsonFormatError, TruncatedJsonError } from '../json/json-array-reader.js';
import { type DicomJson } from '../json/dicom-json.js';
import { type QidoQuery, targetOf } from './query.js';
import { QIDO_TEXTS } from './qido-texts.js';
import { readResults, TooLongError } from './response-body.js';

/** Who queries, and until when. */
export interface Requester extends Sender {
  /** The most time that the server has for each query once it is sent, milliseconds. The query is one that may fail. */
  timeLimitMs?: number;
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

export interface QidoClientOptions extends Omit<GetClientOptions, 'texts'> {
  /** Counts the queries at once. */
  limiter: Limiter;
  maxResponseBytes: number;
  /** Largest number of results in one answer. */
  maxResults: number;
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
  private readonly client: GetClient;
  private readonly accept = new FormLadder<string>(ACCEPT);

  constructor(private readonly options: QidoClientOptions) {
    this.client = new GetClient({
      ...options,
      texts: QIDO_TEXTS,
      errorOf: (error) => this.answerError(error),
      isTransient: (error) => error instanceof TruncatedJsonError || error instanceof EmptyBodyError,
    });
  }

  /** The server's address as messages show it. */
  get address(): string {
    return this.client.address;
  }

  /** What delays the queries now, if known. */
  get delayCause(): ConnectorError | undefined {
    return this.client.delayCause;
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
        remedy: QIDO_TEXTS.remedies.baseUrl,
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
    const target = targetOf(this.options.baseUrl, question);
    return this.options.limiter.run(requester.signal, async () => {
      const { timeLimitMs } = requester;
      const signal =
        timeLimitMs === undefined
          ? requester.signal
          : AbortSignal.any([requester.signal, AbortSignal.timeout(timeLimitMs)]);
      try {
        return await this.client.send({ ...requester, signal }, (get) =>
          this.accept.run(
            (accept) =>
              get({
                target,
                headers: { accept, 'accept-encoding': 'gzip' },
                read: (answer) => this.read(answer, onResult),
              }),
            isTypeRejected,
          ),
        );
      } catch (error) {
        if (error instanceof ConnectorError && error.cause instanceof EmptyBodyError) return NOTHING;
        throw error;
      }
    });
  }

  private async read(answer: Answer, onResult: (result: DicomJson) => void): Promise<Page | undefined> {
    const { status, headers, body } = answer;
    if (status === 200 || status === 206) {
      let count = 0;
      const unreadable = await readResults(body, headers, this.options, (result) => {
        count++;
        onResult(result as DicomJson);
      });
      const warning = [headers['warning']]
        .flat()
        .some((value) => value !== undefined && /(^|,)\s*(HTTP\/\S+\s+)?299\b/i.test(value));
      return { count, capped: warning || status === 206, unreadable };
    }
    const refusal = await answer.refusal();
    if (status === 204) return NOTHING;
    if (status === 404) return undefined;
    throw refusal;
  }

  /** Returns the error for an answer that is not JSON of results; `undefined` for other errors. */
  private answerError(error: unknown): ConnectorError | undefined {
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
        remedy: 'Request less, or raise dicom-web-connector.max-response-mib or max-instances.',
        cause: error,
      });
    }
    return undefined;
  }
}

function isTypeRejected(error: unknown): boolean {
  return error instanceof StatusError && [406, 415].includes(error.status);
}
