import { type Depth, type IdentifierKind, type SearchCriteria } from './criteria.js';
import { codes } from './error-codes.js';
import { type ErrorCode } from './error-table.js';
import { type Patient } from './model.js';

/** One archive that can be asked. */
export interface Connector {
  /** The id it is configured and asked under. */
  readonly id: string;
  /** The archive language, as `type` in the configuration: `DB`, `DICOM`, `DICOM_WEB`, or a plug-in's own. */
  readonly type: string;
  /**
   * What in its settings may not have been meant so, a sentence each, for its operator: it works all the same. No secrets.
   */
  readonly warnings?: readonly string[];
  /**
   * Everything the archive holds for `criteria`: the union of its identifiers. Filters may be used to ask for less; they
   * are applied again to whatever comes back (`filterStudies`).
   *
   * @throws ConnectorError where the archive's part cannot be had. Never half an answer without a notice that says so.
   */
  search(criteria: SearchCriteria, options: SearchOptions): Promise<SearchResult>;
  /**
   * Whether the archive answers at all: the cheapest question of its language.
   *
   * @throws ConnectorError where it does not.
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
   * Its connections (of a database, associations) just now, for metrics: told at once, without asking the archive. Left out
   * where the archive language keeps none worth counting.
   */
  connections?(): ConnectionUse;
  /** Releases connections; questions under way are cancelled. Resolves when nothing is left. */
  close(): Promise<void>;
}

export interface SearchOptions {
  /** Ends the question in the archive too: by the deadline (`TimeoutError`) or because the caller is gone. */
  signal: AbortSignal;
  /** When `signal` ends it at the latest (`performance.now()`), where that is known: what would take longer is not begun. */
  deadline?: number;
  /** How deep the tree goes. A connector may go deeper where that costs nothing. */
  depth: Depth;
  /** Who asks, where that is known. */
  caller?: Caller;
}

export interface Caller {
  /** The bearer token of the request, without the scheme. */
  bearerToken?: string;
}

/** An archive's answer: all of it, or as much as came with notices that say what is missing. */
export interface SearchResult {
  patients: Patient[];
  /** What a reader of the answer has to know. */
  notices: Notice[];
}

/** One sentence or two for the person who looks at the images: plain words, no secrets. */
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
  /** Time the check took, milliseconds. */
  latencyMs: number;
  /** Facts worth showing to an operator: server version, pool use. No secrets. */
  details?: Record<string, string | number | boolean>;
  /** What the check has proven, in words, for an operator at a terminal. It may name hosts and AE titles; health does not show it. */
  proven?: string;
}

/** Connections to one archive. */
export interface ConnectionUse {
  inUse: number;
  idle: number;
  /** The most that there may be at once. */
  limit: number;
}

/** One configured connector, checked: what a plug-in needs to make a {@link Connector}. */
export interface ConnectorDefinition<Settings extends object = object> {
  id: string;
  type: string;
  /** Identifier kinds that this connector ignores (`search-criteria.deactivated`). */
  deactivated: IdentifierKind[];
  /** An instance of the plug-in's settings class: data, by which a changed configuration is told from the same one. */
  settings: Settings;
}

/** What a package adds to know one more archive language. */
export interface ConnectorPlugin<Settings extends object = object> {
  /** The value of `type` in the configuration that selects it. */
  readonly type: string;
  /** The class of its settings, declared with config-core's `@Setting` and class-validator. */
  readonly settings: new () => Settings;
  /**
   * How the viewer completes the tree: the manifest's `queryMode`. Not given: no such attribute. With `DICOM_WEB`, each
   * instance gets its WADO-RS address in the manifest.
   */
  readonly queryMode?: 'DB' | 'DICOM' | 'DICOM_WEB';
  /**
   * Makes the connector. It opens no connection: those are made when they are first needed. Where the configuration has
   * changed, an older one of the same id may still be answering its last searches.
   *
   * @throws ConnectorError (`misconfigured`) where the settings cannot work in a way that validation could not see.
   */
  create(definition: ConnectorDefinition<Settings>): Connector;
}
