import {
  type Connector,
  type ConnectorDefinition,
  ConnectorError,
  type ConnectionUse,
  type ConnectorStatus,
  type SearchCriteria,
  type SearchOptions,
  type SearchResult,
  SingleFlight,
} from '@pacs-connectors/connector-core';
import { StoreError, type StoreSettings } from '@pacs-connectors/tls-stores';
import { AssociationPool } from './dimse/association-pool.js';
import { type DicomSettings, type StoreFileSettings } from './dicom-settings.js';
import { Association } from './dimse/association.js';
import { type Peer } from './dimse/peer.js';
import { DimseError } from './dimse/dimse-error.js';
import { Archive } from './search/archive.js';
import { Conversation } from './search/find-scu.js';
import { Proofs } from './search/support-checks.js';
import { Search } from './search/search.js';
import { Trust } from './search/query-support.js';
import { peerTls } from './tls/peer-tls.js';

/** What holds where the configuration says nothing. Many PACSs allow few associations for each AE title. */
const DEFAULTS = {
  maxAssociations: 4,
  idleTimeoutMs: 5_000,
  connectTimeoutMs: 10_000,
  responseTimeoutMs: 60_000,
  echoTimeoutMs: 5_000,
  queryCharacterSet: 'ISO_IR 192',
};
/** An association is renewed after so many questions, or this time: far below 65,535 Message IDs and any peer's patience. */
const MAX_USES = 5_000;
const MAX_AGE_MS = 300_000;
/** How long a proof waits for its turn at most, milliseconds. */
const PROOF_MS = 300_000;

/** Finds studies in a PACS by C-FIND. */
export class DicomConnector implements Connector {
  readonly id: string;
  readonly type = 'DICOM';
  private readonly settings: DicomSettings;
  private readonly limit: number;
  private readonly pool: AssociationPool;
  private readonly relational: Trust;
  private readonly lists: Trust;
  private readonly proofs: Proofs;
  private readonly flights = new SingleFlight<SearchResult>();
  private closed = false;

  /** @throws ConnectorError (`misconfigured`) where TLS cannot be had as configured. */
  constructor(definition: ConnectorDefinition<DicomSettings>) {
    this.id = definition.id;
    this.settings = definition.settings;
    this.relational = new Trust(this.settings.relational ?? 'auto');
    this.lists = new Trust(this.settings.uidLists ?? 'auto');
    const peer = this.peer();
    this.limit = this.settings.maxAssociations ?? DEFAULTS.maxAssociations;
    this.pool = new AssociationPool((signal) => this.open(peer, signal), {
      limit: this.limit,
      idleMs: this.settings.idleTimeoutMs ?? DEFAULTS.idleTimeoutMs,
      maxUses: MAX_USES,
      maxAgeMs: MAX_AGE_MS,
    });
    this.proofs = new Proofs(this.relational, (signal, patienceMs) =>
      this.archive(AbortSignal.any([signal, AbortSignal.timeout(PROOF_MS + patienceMs)]), patienceMs),
    );
  }

  async search(criteria: SearchCriteria, options: SearchOptions): Promise<SearchResult> {
    const { signal, depth } = options;
    if (this.closed) throw this.closedError();
    if (signal.aborted) throw ConnectorError.aborted(this.id, signal);
    const start = performance.now();
    try {
      return await this.flights.run(JSON.stringify([criteria, depth]), signal, (own) =>
        this.searchOnce(criteria, depth, own),
      );
    } catch (error) {
      throw this.errorOf(error, signal, start);
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
      // No association was free for it, and the archive answers on those that it has.
      if (sent || this.pool.heardAt < start) {
        const silent = this.pool.heardAt < start;
        throw this.late(`no answer to C-ECHO within ${timeoutMs / 1000} s`, error, silent);
      }
      latencyMs = performance.now() - start;
      echo = 'not sent: every association is in use, and answered on';
    }
    const { aet, host, port, callingAet } = this.settings;
    return {
      latencyMs,
      proven: `${host}:${port} answered as AE title ${aet.trim()}, and accepted an association of ${callingAet.trim()}`,
      details: { echo, associations: this.pool.size, maxAssociations: this.limit, ...this.proven() },
    };
  }

  /** Asks for all studies, and cancels the question at the first one. */
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
    await this.pool.close();
  }

  private async searchOnce(
    criteria: SearchCriteria,
    depth: SearchOptions['depth'],
    signal: AbortSignal,
  ): Promise<SearchResult> {
    // What fails ends the questions that are still under way for it.
    const over = new AbortController();
    const archive = this.archive(AbortSignal.any([signal, over.signal]));
    try {
      return await new Search(this.id, archive, this.relational, this.proofs, criteria, depth).run();
    } finally {
      over.abort();
    }
  }

  private archive(signal: AbortSignal, patienceMs?: number): Archive {
    const { defaultCharacterSet, queryCharacterSet = DEFAULTS.queryCharacterSet } = this.settings;
    const options = { pool: this.pool, concurrency: this.limit, queryCharacterSet, defaultCharacterSet, patienceMs };
    return new Archive(new Conversation(options, signal), this.lists);
  }

  private async open(peer: Peer, signal: AbortSignal): Promise<Association> {
    const association = await Association.open(peer, signal);
    this.relational.declined = association.relational === false;
    return association;
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
      throw new ConnectorError(this.id, 'misconfigured', error.message, { remedy: error.remedy, cause: error });
    }
  }

  private proven(): Record<string, string> {
    return { ...this.relational.summary(), ...this.lists.summary() };
  }

  /** @param start when the question was put, on the clock of `performance.now()`. */
  private errorOf(error: unknown, signal: AbortSignal, start: number): ConnectorError {
    if (this.closed) return this.closedError(error);
    if (signal.aborted) {
      const end = ConnectorError.aborted(this.id, signal);
      if (end.kind !== 'timeout') return end;
      if (this.pool.congestion) return this.late(end.message, error);
      if (this.pool.heardAt >= start) return end;
      const { host, port } = this.settings;
      return this.late(`nothing was heard of ${host}:${port} before the deadline`, error, true);
    }
    if (!(error instanceof DimseError)) return ConnectorError.from(this.id, error);
    return new ConnectorError(this.id, error.kind, error.message, { remedy: error.remedy, cause: error });
  }

  /**
   * Out of time; where the peer took no more associations, that is why.
   *
   * @param silent nothing was heard of the archive all the while
   */
  private late(message: string, cause: unknown, silent = false): ConnectorError {
    const { congestion } = this.pool;
    return congestion
      ? new ConnectorError(this.id, 'timeout', `${message}: ${congestion.message}`, {
          remedy: congestion.remedy,
          cause: congestion,
        })
      : new ConnectorError(this.id, 'timeout', message, {
          remedy: silent
            ? 'See whether the archive runs, whether it hangs, and whether a firewall stands between.'
            : 'See whether the archive is overloaded.',
          cause,
        });
  }

  private closedError(cause?: unknown): ConnectorError {
    return new ConnectorError(this.id, 'cancelled', 'the connector is closed', { cause });
  }
}

/** Files in the field have stores whose address is empty: none is used then. */
function storeOf(store: StoreFileSettings | undefined): StoreSettings | undefined {
  if (!store?.url) return undefined;
  const { url, type, password, keyStorePassword } = store;
  return { url, type, storePassword: keyStorePassword ?? password, keyPassword: password };
}
