import { type Depth, type IdentifierKind, type SearchCriteria, type StudyFilters } from './criteria.js';
import { codes } from './error-codes.js';
import { type ErrorCode } from './error-table.js';
import { type Patient } from './model.js';

/** One archive that can be searched. */
export interface Connector {
  /** Its id in the configuration and in requests (`archive=`). */
  readonly id: string;
  /** The `type` in the configuration: `DB`, `DICOM`, `DICOM_WEB`, or that of a plug-in. */
  readonly type: string;
  /**
   * Warnings about settings that look like mistakes, one sentence each, without secrets. They don't stop the connector.
   * {@link withCode} adds the code of a warning.
   */
  readonly warnings?: readonly string[];
  /**
   * Returns everything that the archive has for any identifier in `criteria`. A connector may use the filters to query less;
   * callers apply them to the result as well (`filterResult`).
   *
   * The result is nothing, everything, or a part with notices that say what is missing ({@link Notice.missing}):
   *
   * - Values stay as the archive returned them. Identifiers are compared by `checkIdentifiers`, which counts the studies of
   *   another identifier.
   * - An answer is complete if the archive says so, by a count, a status or an empty next page. A short answer proves nothing.
   * - A result that is dropped for any reason is counted. Series and studies without content are reported.
   * - One part that fails costs no other part. At the deadline, the result is what has come, with a notice.
   *
   * @throws ConnectorError if the archive cannot be searched
   */
  search(criteria: SearchCriteria, options: SearchOptions): Promise<SearchResult>;
  /**
   * Returns the newest studies that match `filters`, found without an identifier: at most `filters.mostRecentResults`, or as many
   * as the archive lists. It is called only where `gateway.browse` allows it. Left out if the archive language cannot browse.
   *
   * @throws ConnectorError if the archive cannot be searched
   */
  browse?(filters: StudyFilters, options: SearchOptions): Promise<SearchResult>;
  /**
   * Checks that the archive answers, by the cheapest query that its protocol has.
   *
   * @throws ConnectorError if it does not
   */
  check(signal: AbortSignal): Promise<ConnectorStatus>;
  /**
   * Returns the Study Instance UID of any study that the archive holds, found without an identifier; `undefined` if it holds
   * none. `pacs-connectors check --connect` fetches an image of it. Left out if the archive language cannot browse.
   *
   * @throws ConnectorError
   */
  sampleStudy?(signal: AbortSignal): Promise<string | undefined>;
  /**
   * Retrieves instances as Part 10 files (PS3.10 7), one after another, each once, in the order in which the archive sends them.
   * Nothing is decompressed. It yields nothing if the archive has nothing of the request.
   *
   * An instance is yielded as soon as it begins to arrive. What came before a fault has been yielded when the error is thrown. If
   * the reader leaves (`break`), within a file too, the archive's work ends, as it does when `signal` aborts.
   *
   * An instance that was not requested is not yielded; it makes the retrieval throw at the end. So does an instance that the
   * archive lists, counts or was asked for by its UID, and does not send.
   *
   * Left out if the archive language cannot retrieve. The server then fetches images from the address that is configured for
   * viewers (`wado.authentication`).
   *
   * @throws ConnectorError, also if something of the request is missing; `cancelled` or `timeout` if `signal` has aborted
   */
  retrieve?(request: RetrieveRequest, signal: AbortSignal): AsyncIterable<RetrievedInstance>;
  /**
   * Returns how many connections (of a database) or associations are open now, for metrics. It does not query the archive.
   * Left out if the connector keeps no connections.
   */
  connections?(): ConnectionUse;
  /** Cancels searches in progress and closes all connections. Resolves when everything is closed. */
  close(): Promise<void>;
}

export interface SearchOptions {
  /** Ends the search, in the archive too: at the deadline (`TimeoutError`), or when the caller leaves. */
  signal: AbortSignal;
  /** When `signal` aborts at the latest (`performance.now()`), if that is known. Don't start what would take longer. */
  deadline?: number;
  /** The deepest level of the tree that is needed. A connector may return more if that costs nothing. */
  depth: Depth;
  /** The caller, if known. */
  caller?: Caller;
}

/** What to retrieve: a study, one of its series, or instances of one series. */
export interface RetrieveRequest {
  studyInstanceUid: string;
  seriesInstanceUid?: string;
  /** At least one; only together with `seriesInstanceUid`. */
  sopInstanceUids?: readonly string[];
  /** The caller, if known. */
  caller?: Caller;
}

/** An instance that an archive sends. */
export interface RetrievedInstance {
  /** SOP Instance UID (0008,0018). */
  sopInstanceUid: string;
  /** SOP Class UID (0008,0016). */
  sopClassUid: string;
  /** Transfer Syntax UID (0002,0010) of the file. */
  transferSyntaxUid: string;
  /**
   * The Part 10 file, with preamble and File Meta Information, in pieces. It can be read once, before the next instance is
   * requested; that skips what has not been read. It throws the ConnectorError that ends the retrieval, so a file that ends
   * without an error is whole.
   */
  file: AsyncIterable<Uint8Array>;
}

export interface Caller {
  /** The bearer token of the request, without the scheme. */
  bearerToken?: string;
}

/** An archive's answer: all of it, or as much as came with notices that say what is missing. */
export interface SearchResult {
  patients: Patient[];
  /** What users have to know about the result, such as a criterion that was skipped or studies that are missing. */
  notices: Notice[];
}

/** A message to the users who view the images, without secrets. */
export interface Notice {
  severity: 'INFO' | 'WARN' | 'ERROR';
  /** A code of the package's error table. */
  code?: ErrorCode;
  title: string;
  description: string;
  /** What the answer lacks, if the notice is about that. An answer without such a notice is complete. */
  missing?: Missing;
}

/** A part that the archive has, or may have, and that its answer lacks. */
export interface Missing {
  /** What is missing; with `study`, everything in it too. */
  level: 'study' | 'series' | 'instance';
  /** How many at that level, at least 1; absent if the archive does not say. */
  count?: number;
  /** The studies that lack it, as far as they are known. */
  studyInstanceUids?: readonly string[];
}

/** Returns whether the answer of a search is all that the archive has, as far as its connector knows. */
export function isComplete({ notices }: Pick<SearchResult, 'notices'>): boolean {
  return notices.every(({ missing }) => missing === undefined);
}

/** Returns the code of a notice; the one for notices without a code if a plug-in gave none. */
export function codeOf({ code }: Notice): ErrorCode {
  return code ?? codes['archive.notice'];
}

export interface ConnectorStatus {
  /** How long the check took, milliseconds. */
  latencyMs: number;
  /** Facts for operators, such as the version of the server. No secrets. */
  details?: Record<string, string | number | boolean>;
  /** What the check has proven, for `check --connect`. It may name hosts and AE titles; health does not show it. */
  proven?: string;
}

/** How many connections to one archive are open. */
export interface ConnectionUse {
  inUse: number;
  idle: number;
  /** The maximum number of connections. */
  limit: number;
}

/** The checked configuration of one connector, from which a plug-in makes a {@link Connector}. */
export interface ConnectorDefinition<Settings extends object = object> {
  id: string;
  type: string;
  /** Identifier kinds that this connector ignores (`search-criteria.deactivated`). */
  deactivated: IdentifierKind[];
  /** An instance of the plug-in's settings class. It contains data only, so that two configurations can be compared. */
  settings: Settings;
}

/** Adds an archive language. */
export interface ConnectorPlugin<Settings extends object = object> {
  /** The value of `type` in the configuration that selects this plug-in. */
  readonly type: string;
  /** The class of its settings, declared with config-core's `@Setting` and class-validator. */
  readonly settings: new () => Settings;
  /**
   * The `queryMode` of the manifest: how the viewer completes the tree. By default the manifest has no such attribute. With
   * `DICOM_WEB`, each instance gets its WADO-RS address in the manifest.
   */
  readonly queryMode?: 'DB' | 'DICOM' | 'DICOM_WEB';
  /**
   * Makes the connector. It opens its connections later, when they are first needed. After a change of the configuration, an
   * older connector with the same id may still be answering its last searches.
   *
   * @throws ConnectorError (`misconfigured`) if the settings cannot work together, which validation cannot check
   */
  create(definition: ConnectorDefinition<Settings>): Connector;
}
