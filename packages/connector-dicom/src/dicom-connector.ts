import {
  type Connector,
  type ConnectorDefinition,
  ConnectorError,
  type ConnectionUse,
  type ConnectorStatus,
  endingBefore,
  normalizeTerm,
  type RetrievedInstance,
  type RetrieveRequest,
  type SearchCriteria,
  type SearchOptions,
  type SearchResult,
  SingleFlight,
} from '@pacs-connectors/connector-core';
import { StoreError, type StoreSettings } from '@pacs-connectors/tls-stores';
import { AssociationPool } from './dimse/association-pool.js';
import { type DicomSettings, type StoreFileSettings } from './dicom-settings.js';
import { Association } from './dimse/association.js';
import { codes } from './errors/error-codes.js';
import { type Peer } from './dimse/peer.js';
import { connectorErrorOf, mayBeExtendedNegotiation, timeoutError } from './faults.js';
import { AnswerSizes } from './search/answer-sizes.js';
import { Archive } from './search/archive.js';
import { Retrieval } from './retrieve/retrieval.js';
import { FindScu, type FindScuOptions } from './search/find-scu.js';
import { SupportChecks } from './search/support-checks.js';
import { Search } from './search/search.js';
import { QuerySupport } from './search/query-support.js';
import { ReturnKeySupport } from './search/return-key-support.js';
import { type TextOptions } from './text/data-set-text.js';
import { peerTls } from './tls/peer-tls.js';

/** Values of settings that the configuration leaves out. Many PACSs allow few associations for each AE title. */
const DEFAULTS = {
  maxAssociations: 4,
  idleTimeoutMs: 5_000,
  connectTimeoutMs: 10_000,
  responseTimeoutMs: 60_000,
  echoTimeoutMs: 5_000,
  queryCharacterSet: 'ISO_IR 192',
};
/** An association is replaced after this many queries or milliseconds, long before the 65,535 Message IDs are used up. */
const MAX_USES = 5_000;
const MAX_AGE_MS = 300_000;
/** How long the answer to SOP Class Extended Negotiation is remembered, milliseconds. */
const NEGOTIATION_LIFETIME_MS = 3_600_000;
/** Shown by the health check. */
const GUESSED_TEXT =
  'some text beyond ASCII has no declared character set, or an unknown one; it is read as UTF-8 if valid, otherwise as Latin-1. Set default-character-set if names look wrong.';
/** How long a support check waits for an association, milliseconds. */
const CHECK_WAIT_MS = 300_000;

/** Finds studies in a PACS by C-FIND. */
export class DicomConnector implements Connector {
  readonly id: string;
  readonly type = 'DICOM';
  /** Retrieves by C-GET; `undefined` if the configuration says that images are fetched from the address for viewers. */
  readonly retrieve?: (request: RetrieveRequest, signal: AbortSignal) => AsyncGenerator<RetrievedInstance, void>;
  private readonly settings: DicomSettings;
  private readonly limit: number;
  private readonly pool: AssociationPool;
  private readonly relational: QuerySupport;
  private readonly uidLists: QuerySupport;
  /** Optional matching keys, which archives need not support. */
  private readonly matchingKeys = new QuerySupport('auto');
  private readonly returnKeys = new ReturnKeySupport();
  private readonly sizes = new AnswerSizes();
  /** Whether the peer has accepted an association with SOP Class Extended Negotiation, or only without it. */
  private extendedNegotiation: { accepted: boolean; at: number } | undefined;
  private readonly supportChecks: SupportChecks;
  private readonly runningSearches = new SingleFlight<SearchResult>();
  private readonly text: TextOptions;
  /** Some text had to be guessed, because no character set or an unknown one is declared. */
  private guessed = false;
  private closed = false;
  private readonly closing = new AbortController();

  /** @throws ConnectorError (`misconfigured`) if TLS cannot work as configured. */
  constructor(definition: ConnectorDefinition<DicomSettings>) {
    this.id = definition.id;
    this.settings = definition.settings;
    if (this.settings.retrieve !== 'wado') {
      this.retrieve = (request, signal) => this.retrieveByDicom(request, signal);
    }
    this.relational = new QuerySupport(this.settings.relational ?? 'auto');
    this.uidLists = new QuerySupport(this.settings.uidLists ?? 'auto');
    this.text = textOptions(this.settings, () => (this.guessed = true));
    const peer = this.peer();
    this.limit = this.settings.maxAssociations ?? DEFAULTS.maxAssociations;
    this.pool = new AssociationPool((signal) => this.open(peer, signal), {
      limit: this.limit,
      idleMs: this.settings.idleTimeoutMs ?? DEFAULTS.idleTimeoutMs,
      maxUses: MAX_USES,
      maxAgeMs: MAX_AGE_MS,
    });
    this.supportChecks = new SupportChecks(this.relational, (signal, timeoutMs) => {
      const end = AbortSignal.any([signal, AbortSignal.timeout(CHECK_WAIT_MS + timeoutMs)]);
      return this.archive(end, { timeoutMs, background: true });
    });
  }

  async search(criteria: SearchCriteria, options: SearchOptions): Promise<SearchResult> {
    const { signal, depth, deadline } = options;
    if (this.closed) throw this.closedError();
    if (signal.aborted) throw ConnectorError.aborted(this.id, signal);
    const start = performance.now();
    try {
      return await this.runningSearches.run(JSON.stringify([criteria, depth]), signal, (own) =>
        this.searchOnce(criteria, depth, endingBefore(deadline, own), deadline),
      );
    } catch (error) {
      throw this.errorOf(error, signal, start, deadline);
    }
  }

  private async *retrieveByDicom(
    request: RetrieveRequest,
    signal: AbortSignal,
  ): AsyncGenerator<RetrievedInstance, void> {
    if (this.closed) throw this.closedError();
    const start = performance.now();
    const left = new AbortController();
    const either = AbortSignal.any([signal, left.signal, this.closing.signal]);
    const errorOf = (error: unknown) => (error instanceof ConnectorError ? error : this.errorOf(error, signal, start));
    try {
      const retrieval = new Retrieval(this.id, this.peer(), this.pool, this.archive(either), request, either);
      for await (const instance of retrieval.byGet()) {
        yield { ...instance, file: withErrors(instance.file, errorOf) };
      }
    } catch (error) {
      throw errorOf(error);
    } finally {
      left.abort();
    }
  }

  connections(): ConnectionUse {
    return this.pool.use;
  }

  async check(signal: AbortSignal): Promise<ConnectorStatus> {
    if (this.closed) throw this.closedError();
    const timeoutMs = this.settings.echoTimeoutMs ?? DEFAULTS.echoTimeoutMs;
    const timeout = AbortSignal.timeout(timeoutMs);
    const start = performance.now();
    let latencyMs = 0;
    let sent = false;
    let echo = 'answered';
    try {
      await this.pool.run(
        async (association) => {
          sent = true;
          const sentAt = performance.now();
          await association.echo(AbortSignal.any([signal, timeout]));
          latencyMs = performance.now() - sentAt;
        },
        AbortSignal.any([signal, timeout]),
        'first',
      );
    } catch (error) {
      if (!timeout.aborted || signal.aborted) throw this.errorOf(error, signal, start);
      // If no association was free for it, the archive may still answer on the others.
      if (sent || this.pool.lastResponseAt < start) {
        const message = `no answer to C-ECHO within ${timeoutMs / 1000} s`;
        throw timeoutError(this.id, this.pool, 'dicom.echo.timeout', message, error);
      }
      latencyMs = performance.now() - start;
      echo = 'not sent: every association is in use, and the archive answers on them';
    }
    const { aet, host, port, callingAet } = this.settings;
    return {
      latencyMs,
      proven: `${host}:${port} answered as AE title ${aet.trim()}, and accepted an association from ${callingAet.trim()}`,
      details: {
        echo,
        associations: this.pool.size,
        maxAssociations: this.limit,
        ...this.congestion(),
        ...(this.guessed ? { text: GUESSED_TEXT } : {}),
        ...this.relational.summary(),
        ...this.uidLists.summary(),
        ...this.matchingKeys.summary(),
        ...this.returnKeys.summary(),
        ...this.sizes.summary(),
      },
    };
  }

  /** Queries all studies, and cancels the query at the first match. */
  async sampleStudy(signal: AbortSignal): Promise<string | undefined> {
    if (this.closed) throw this.closedError();
    const start = performance.now();
    const found = new AbortController();
    try {
      return await this.archive(AbortSignal.any([signal, found.signal])).anyStudy(() => found.abort());
    } catch (error) {
      throw this.errorOf(error, signal, start);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    this.closing.abort(new DOMException('the connector is closed', 'AbortError'));
    await this.pool.close();
  }

  private async searchOnce(
    criteria: SearchCriteria,
    depth: SearchOptions['depth'],
    signal: AbortSignal,
    deadline?: number,
  ): Promise<SearchResult> {
    // A failure ends the other queries of this search.
    const end = new AbortController();
    const archive = this.archive(
      AbortSignal.any([signal, end.signal]),
      depth === 'instance' && deadline !== undefined ? { deadline } : {},
    );
    try {
      return await new Search(
        this.id,
        archive,
        this.relational,
        this.matchingKeys,
        this.supportChecks,
        criteria,
        depth,
      ).run();
    } finally {
      end.abort();
    }
  }

  private archive(
    signal: AbortSignal,
    own: Pick<FindScuOptions, 'timeoutMs' | 'background' | 'deadline'> = {},
  ): Archive {
    const { queryCharacterSet = DEFAULTS.queryCharacterSet } = this.settings;
    const { pool, limit: concurrency, text, returnKeys, sizes } = this;
    const options = { pool, concurrency, queryCharacterSet, text, returnKeys, sizes, ...own };
    return new Archive(new FindScu(options, signal), this.uidLists);
  }

  private async open(peer: Peer, signal: AbortSignal): Promise<Association> {
    const known = this.extendedNegotiation;
    const isCurrent = known !== undefined && performance.now() - known.at < NEGOTIATION_LIFETIME_MS;
    const offerRelational = peer.offerRelational && (!isCurrent || known.accepted);
    const open = async (own: Peer) => {
      const association = await Association.open(own, signal);
      this.relational.declined = association.relational === false || (peer.offerRelational && !own.offerRelational);
      this.extendedNegotiation = { accepted: own.offerRelational, at: performance.now() };
      return association;
    };
    try {
      return await open({ ...peer, offerRelational });
    } catch (error) {
      if (!offerRelational || isCurrent || !mayBeExtendedNegotiation(error)) throw error;
      // Some archives break off at the optional item, and accept the request without it.
      return await open({ ...peer, offerRelational: false }).catch(() => {
        throw error;
      });
    }
  }

  private peer(): Peer {
    const { settings } = this;
    return {
      callingAeTitle: settings.callingAet.trim(),
      calledAeTitle: settings.aet.trim(),
      host: settings.host,
      port: settings.port,
      informationModel: settings.informationModel ?? 'auto',
      connectTimeoutMs: settings.connectTimeoutMs ?? DEFAULTS.connectTimeoutMs,
      responseTimeoutMs: settings.responseTimeoutMs ?? DEFAULTS.responseTimeoutMs,
      offerRelational: settings.relational !== 'off',
      tls: this.tls(),
    };
  }

  private tls(): Peer['tls'] {
    const { tls, keyStore, truststore } = this.settings;
    try {
      return peerTls({
        ...tls,
        keyStore: storeOf(keyStore),
        truststore: storeOf(truststore),
      });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const { code, message, remedy } = error;
      throw new ConnectorError(this.id, 'misconfigured', message, { code, remedy, cause: error });
    }
  }

  private congestion(): Record<string, string> {
    const { congestion } = this.pool;
    return congestion ? { congestion: `${congestion.message}. ${congestion.remedy ?? ''}`.trim() } : {};
  }

  private errorOf(error: unknown, signal: AbortSignal, start: number, deadline?: number): ConnectorError {
    if (this.closed) return this.closedError(error);
    const { host, port } = this.settings;
    const context = { place: `${host}:${port}`, pool: this.pool, start, deadline };
    return connectorErrorOf(this.id, context, error, signal);
  }

  private closedError(cause?: unknown): ConnectorError {
    const code = codes['dicom.connector.closed'];
    return new ConnectorError(this.id, 'cancelled', 'the connector is closed', { code, cause });
  }
}

/** Yields the pieces of a file. Its errors become those that `errorOf` returns. */
async function* withErrors(
  file: AsyncIterable<Uint8Array>,
  errorOf: (error: unknown) => ConnectorError,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* file;
  } catch (error) {
    throw errorOf(error);
  }
}

/** Returns how text of the archive's answers is decoded. */
function textOptions({ defaultCharacterSet, characterSets = {} }: DicomSettings, onGuess: () => void): TextOptions {
  const corrections = new Map(
    Object.entries(characterSets).map(([declared, real]) => [normalizeTerm(declared), normalizeTerm(real)]),
  );
  return { undeclared: defaultCharacterSet, corrections, onGuess };
}

/** Some sites have stores with an empty address, which means no store. */
function storeOf(store: StoreFileSettings | undefined): StoreSettings | undefined {
  if (!store?.url) return undefined;
  const { url, type, password, keyStorePassword } = store;
  return { url, type, storePassword: keyStorePassword ?? password, keyPassword: password };
}
