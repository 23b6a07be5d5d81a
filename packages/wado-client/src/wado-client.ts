import { setMaxListeners } from 'node:events';
import { ConnectorError, type RetrievedInstance, type RetrieveRequest } from '@pacs-connectors/connector-core';
import { type ChunkSource, chunksOf, CutOffError } from './chunk-source.js';
import { codes } from './error-codes.js';
import {
  type Answer,
  decoded,
  type FormLadder,
  GetClient,
  type GetClientOptions,
  header,
  type Limiter,
  type Sender,
  StatusError,
} from './http/index.js';
import { boundaryOf, MultipartFormatError, MultipartReader } from './multipart.js';
import { NotPart10Error, readFileMeta } from './part10.js';
import { Shortfall } from './shortfall.js';
import {
  InvalidUidError,
  type RequestForm,
  type RequestOptions,
  requestsOf,
  targetOf,
  type WadoRequest,
} from './wado-requests.js';
import { WADO_TEXTS } from './wado-texts.js';

/** How long an archive may be silent within an image, milliseconds. */
const STALL_MS = 60_000;
/** The most requests at once of one retrieval. The answers behind the first one wait for the reader. */
const MOST_AHEAD = 3;

export interface WadoClientOptions extends Omit<GetClientOptions, 'texts' | 'errorOf' | 'isTransient'> {
  request: RequestOptions;
  /** The forms of requests, and what is known about them. */
  forms: FormLadder<RequestForm>;
  /** Counts the requests at once. */
  limiter: Limiter;
}

/** Who retrieves. */
export type Retriever = Omit<Sender, 'signal' | 'deadline'>;

/** An answer with instances, whose body has not been read. */
interface OpenAnswer {
  request: WadoRequest;
  answer: Answer;
  close(): void;
}

/** Retrieves instances from one server by WADO-RS or WADO-URI. */
export class WadoClient {
  private readonly client: GetClient;

  constructor(private readonly options: WadoClientOptions) {
    this.client = new GetClient({ stallMs: STALL_MS, ...options, texts: WADO_TEXTS });
  }

  /** The server's address as messages show it. */
  get address(): string {
    return this.client.address;
  }

  /**
   * Retrieves instances, as `Connector.retrieve` does. If the archive has nothing, nothing is yielded.
   *
   * Faults of single instances end the retrieval only after the others: another instance than the requested one, a part that is not
   * a Part 10 file, an instance that the archive does not return.
   *
   * @throws ConnectorError
   */
  async *retrieve(
    what: RetrieveRequest,
    signal: AbortSignal,
    retriever: Retriever = {},
  ): AsyncGenerator<RetrievedInstance> {
    const ended = new AbortController();
    const end = AbortSignal.any([signal, ended.signal]);
    setMaxListeners(0, end);
    const waiting: Promise<OpenAnswer | undefined>[] = [];
    try {
      const requests = this.requestsFor(what).values();
      const shortfall = new Shortfall(this.options.connectorId, this.address);
      const open = (request: WadoRequest, release?: () => void) => {
        const opened = this.open(request, { ...retriever, signal: end }, release);
        // It may fail long before it is waited for.
        opened.catch(() => undefined);
        waiting.push(opened);
      };
      for (;;) {
        while (waiting.length < MOST_AHEAD) {
          const release = this.options.limiter.tryAcquire();
          if (waiting.length > 0 && !release) break;
          const { value: request, done } = requests.next();
          if (done) {
            release?.();
            break;
          }
          open(request, release);
        }
        const next = waiting.shift();
        if (!next) break;
        const opened = await next.catch((error: unknown) => shortfall.failed(error));
        if (!opened) {
          shortfall.missing();
          continue;
        }
        try {
          yield* this.instancesOf(opened, shortfall, signal);
        } finally {
          opened.close();
        }
      }
      shortfall.throwIfAny();
    } catch (error) {
      throw this.errorOf(error, signal);
    } finally {
      ended.abort();
      for (const opened of await Promise.allSettled(waiting)) {
        if (opened.status === 'fulfilled') opened.value?.close();
      }
    }
  }

  private requestsFor(what: RetrieveRequest): WadoRequest[] {
    const requests = requestsOf(what, this.options.request);
    if (requests) return requests;
    throw this.failure(
      'misconfigured',
      'wado.request.instances-missing',
      'WADO-URI retrieves single instances, and the request names none',
      'Request the instances of a series by their SOP Instance UIDs, or use WADO-RS.',
    );
  }

  /** Sends a request. @returns `undefined` if the archive has nothing of it. */
  private async open(request: WadoRequest, sender: Sender, release?: () => void): Promise<OpenAnswer | undefined> {
    const { baseUrl, forms, limiter, request: options } = this.options;
    const free = release ?? (await limiter.acquire(sender.signal));
    try {
      const answer = await this.client.send(sender, (get) =>
        forms.run(
          (form) =>
            get({
              target: targetOf(baseUrl, request, options, form),
              headers: { accept: form.accept, 'accept-encoding': 'identity' },
              read: (one) => usable(one),
            }),
          (error) => error instanceof StatusError && (error.isUnsupportedQuery || error.status === 415),
        ),
      );
      if (!answer) {
        free();
        return undefined;
      }
      // Nobody may read it, and an error without a listener would end the process.
      answer.body.on('error', () => undefined);
      const close = () => {
        answer.body.destroy();
        free();
      };
      return { request, answer, close };
    } catch (error) {
      free();
      throw error;
    }
  }

  private async *instancesOf(
    { request, answer }: OpenAnswer,
    shortfall: Shortfall,
    signal: AbortSignal,
  ): AsyncGenerator<RetrievedInstance> {
    const { status, headers, body } = answer;
    const type = header(headers, 'content-type') ?? '';
    const encoding = header(headers, 'content-encoding');
    const plain = decoded(body, encoding);
    const isText = /^\s*(text\/|application\/(xhtml|json|xml|dicom\+(json|xml)))/i.test(type);
    if (isText || !plain) {
      const what = plain
        ? `it answered ${shown(type)} instead of DICOM files`
        : `it answered in the coding ${encoding}`;
      throw this.notDicom(what);
    }
    const announced = encoding === undefined ? Number(header(headers, 'content-length') ?? NaN) : NaN;
    const length = Number.isNaN(announced) ? undefined : announced;
    const chunks = chunksOf(plain, length, (error) => this.errorOf(error, signal));
    const boundary = boundaryOf(type);
    if (boundary === undefined) {
      const first = await chunks.next();
      if (first) yield* this.instanceOf(request, beginningWith(first, chunks), shortfall, true);
    } else {
      const parts = new MultipartReader(chunks, boundary);
      while (await parts.nextPart()) yield* this.instanceOf(request, parts, shortfall);
      await end(chunks);
    }
    if (status === 206) shortfall.missing();
  }

  /** Yields the instance of one part, unless it is not the requested one. The rest of it is skipped afterwards. */
  private async *instanceOf(
    { sopInstanceUid }: WadoRequest,
    part: ChunkSource,
    shortfall: Shortfall,
    isAlone = false,
  ): AsyncGenerator<RetrievedInstance> {
    try {
      const { meta, read } = await readFileMeta(part);
      if (sopInstanceUid !== undefined && meta.sopInstanceUid !== sopInstanceUid) shortfall.other();
      else {
        shortfall.returned();
        yield { ...meta, file: this.fileOf(beginningWith(read, part)) };
      }
    } catch (error) {
      if (!(error instanceof NotPart10Error)) throw error;
      if (isAlone && sopInstanceUid === undefined) throw this.notDicom(error.message);
      shortfall.unreadable();
    }
    while (await part.next());
  }

  /** Returns the bytes of a file. A reader who leaves early does not end the part, which is skipped later. */
  private fileOf(part: ChunkSource): AsyncIterable<Uint8Array> {
    const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
      try {
        const value = await part.next();
        return value ? { value, done: false } : { value: undefined, done: true };
      } catch (error) {
        // The reader of a part finds its end too early.
        throw this.errorOf(error);
      }
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  /** Returns the ConnectorError for any thrown value. After the end of the caller's signal, it says why it ended. */
  private errorOf(error: unknown, signal?: AbortSignal): ConnectorError {
    if (signal?.aborted) return ConnectorError.aborted(this.options.connectorId, signal);
    if (error instanceof CutOffError) {
      const remedy = 'Read the log of the archive and of the proxies before it.';
      return this.failure('protocol', 'wado.answer.cut-off', error.message, remedy, error);
    }
    if (error instanceof MultipartFormatError) return this.notDicom(error.message);
    if (error instanceof InvalidUidError) {
      const remedy = 'Correct the UID in the archive.';
      return this.failure('refused', 'wado.request.uid-invalid', error.message, remedy, error);
    }
    return this.client.errorOf(error);
  }

  private notDicom(what: string): ConnectorError {
    const remedy = 'Check that the address is that of the WADO service, and that no login page answers for it.';
    return this.failure('protocol', 'wado.answer.not-dicom', what, remedy);
  }

  private failure(
    kind: ConnectorError['kind'],
    code: keyof typeof codes,
    what: string,
    remedy: string,
    cause?: unknown,
  ): ConnectorError {
    const message = `${this.address}: ${what}`;
    return new ConnectorError(this.options.connectorId, kind, message, { code: codes[code], remedy, cause });
  }
}

/** Returns an answer that has instances; `undefined` if it says that there are none. @throws StatusError */
async function usable(answer: Answer): Promise<Answer | undefined> {
  const { status, headers } = answer;
  if ((status === 200 || status === 206) && header(headers, 'content-length') !== '0') return answer;
  const refusal = await answer.refusal();
  if ([200, 204, 404, 410].includes(status)) return undefined;
  throw refusal;
}

/** Reads what follows the last part, so that the connection can be used again. What does not end soon is left. */
async function end(chunks: ChunkSource): Promise<void> {
  for (let chunk = 0; chunk < 16; chunk++) if (!(await chunks.next())) return;
}

/** Returns a content type as messages show it. */
function shown(type: string): string {
  return /^[\w ./+-]{1,60}/.exec(type)?.[0] ?? 'something';
}

function beginningWith(first: Buffer, rest: ChunkSource): ChunkSource {
  let begun = false;
  return {
    next: () => {
      if (begun) return rest.next();
      begun = true;
      return Promise.resolve(first);
    },
  };
}
