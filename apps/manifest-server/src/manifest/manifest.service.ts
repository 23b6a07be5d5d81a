import { setMaxListeners } from 'node:events';
import { Injectable } from '@nestjs/common';
import {
  type Caller,
  codeOf,
  type Connector,
  ConnectorError,
  type ConnectorErrorKind,
  ConnectorRegistry,
  isComplete,
  countTree,
  type LeftOutConnector,
} from '@pacs-connectors/connector-core';
import { type ArcQuery, joinParts, type Manifest } from '@pacs-connectors/manifest-builder';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { Retrievals } from '../retrieval/retrievals.service.js';
import { type Search } from '../search/search.js';
import { CircuitOpenError } from '../watch/circuit-breaker.js';
import { mayQuoteArchive } from '../watch/archive-text.js';
import { ConnectorWatches } from '../watch/connector-watches.service.js';
import { askArchive } from './ask-archive.js';
import { type BuildReport, BuiltManifests, type PartReport } from './built-manifests.service.js';
import { errorNotice, expiredTokenNotice, leftOutNotice, nothingFoundNotice, unansweredNotice } from './notices.js';

export interface BuiltManifest {
  manifest: Manifest;
  /** Why parts are missing, one for each missing part. */
  failures: ConnectorErrorKind[];
  /** Whether each archive answered, and no notice says that its answer lacks something. */
  complete: boolean;
  /**
   * When the embedded token expires (ms since the epoch); `undefined` if it has none, or one without a known end.
   */
  expiresAt?: number;
  /** Whether all archives failed, so that the manifest contains only messages. */
  failed: boolean;
}

export interface BuildOptions {
  caller: Caller;
  /** Ends every search when the caller leaves. */
  signal: AbortSignal;
  /**
   * Called once all searches have started, with a function that returns the parts so far. The part of an archive that has not
   * answered has a notice about that.
   */
  onSearchesStarted?(partsSoFar: () => Part[]): void;
  /** Called with the part of each archive once it has answered or failed. */
  onAnswer?(part: Part): void;
  /** Called with the parts of all archives once they have answered. They are joined after its promise resolves. */
  onAllAnswered?(parts: readonly Part[]): Promise<void> | undefined;
}

/** Returns the status of an answer: 200 if any archive answered, 504 if all timed out, otherwise 502. */
export function statusOf({ failed, failures }: BuiltManifest): number {
  if (!failed) return 200;
  return failures.every((failure) => failure === 'timeout') ? 504 : 502;
}

/** One archive's part of a manifest, before it is joined with the others. */
export interface Part {
  arcQuery: ArcQuery;
  error?: ConnectorError;
  separate?: boolean;
  expiresAt?: number;
  durationMs: number;
}

/** What the content of a manifest depends on, besides the caller. */
export type Question = Pick<Search, 'criteria' | 'archives'>;

/** The address in the part of an archive that failed. The manifest's schema requires a URI. */
export const NO_ADDRESS = 'about:blank';

/** Searches the archives and joins their answers to a manifest. */
@Injectable()
export class ManifestService {
  constructor(
    private readonly registry: ConnectorRegistry,
    private readonly configuration: ServerConfiguration,
    private readonly retrievals: Retrievals,
    private readonly watches: ConnectorWatches,
    private readonly built: BuiltManifests,
  ) {}

  /** Searches all archives at the same time. If one fails, only its own part is missing. */
  async build(search: Question, options: BuildOptions): Promise<BuiltManifest> {
    const { archives } = search;
    const start = performance.now();
    // Each archive adds a listener.
    setMaxListeners(0, options.signal);
    // Before the first await, after which another configuration may be in force.
    const missing = this.registry.missing(archives).map(leftOutPart);
    const connectors = this.registry.select(archives);
    const answered: Part[] = [];
    const asking = connectors.map(async (one, at) => {
      const part = await this.part(one, search, options);
      answered[at] = part;
      options.onAnswer?.(part);
      return part;
    });
    options.onSearchesStarted?.(() => {
      const waited = performance.now() - start;
      return [...connectors.map(({ id }, at) => answered[at] ?? unansweredPart(id, waited)), ...missing];
    });
    const asked = [...(await Promise.all(asking)), ...missing];
    const outcome = outcomeOf(asked, options.signal);
    const durationMs = performance.now() - start;
    this.built.report({ outcome, durationMs, criteria: search.criteria, parts: asked.map(partReport) });
    await options.onAllAnswered?.(asked);
    return joinedManifest(asked);
  }

  /** Returns the part of one archive; never rejects. */
  private async part(connector: Connector, search: Question, { caller, signal }: BuildOptions): Promise<Part> {
    const { id, type } = connector;
    const configuration = this.configuration.connector(id);
    const { manifest, timeoutMs } = configuration;
    const queryMode = this.registry.plugin(type)?.queryMode;
    const release = this.watches.hold(connector);
    let baseUrl = NO_ADDRESS;
    const start = performance.now();
    try {
      const { bearerToken, expiresAt, ...retrieval } = await this.retrievals.of(configuration, caller, signal);
      baseUrl = retrieval.baseUrl;
      // One deadline for token and search, since the viewer waits for both.
      const remainingMs = Math.max(1, timeoutMs - (performance.now() - start));
      const { patients, notices } = await this.watches.search(connector, () =>
        askArchive(connector, search.criteria, { signal, timeoutMs: remainingMs, caller }),
      );
      const expired = bearerToken === caller.bearerToken && expiresAt !== undefined && expiresAt <= Date.now();
      return {
        arcQuery: {
          arcId: id,
          ...retrieval,
          queryMode,
          requireOnlySopInstanceUid: manifest.requireOnlySopInstanceUid,
          additionalParameters: manifest.additionalParameters,
          overrideDicomTags: manifest.overrideDicomTags,
          transferSyntaxUid: manifest.transferSyntaxUid,
          compressionRate: manifest.compressionRate,
          httpTags: [
            ...Object.entries(manifest.httpTags).map(([key, value]) => ({ key, value })),
            ...(bearerToken === undefined ? [] : [{ key: 'Authorization', value: `Bearer ${bearerToken}` }]),
          ],
          notices: expired ? [...notices, expiredTokenNotice(id, expiresAt)] : notices,
          patients,
        },
        separate: manifest.separate,
        expiresAt,
        durationMs: performance.now() - start,
      };
    } catch (thrown) {
      // Without credentials, since the viewer fetches no images of this archive.
      const error = ConnectorError.from(id, thrown);
      return {
        arcQuery: { arcId: id, baseUrl, queryMode, notices: [errorNotice(error)], patients: [] },
        error,
        durationMs: performance.now() - start,
      };
    } finally {
      release();
    }
  }
}

/**
 * Joins parts to a manifest by the viewer's rules. The parts are not changed, since there may be several manifests of them.
 *
 * @param given what the viewer already has; the manifest contains only what it lacks
 * @param nothingFound whether no archive has a match; default: whether none of `parts` has one
 * @param excluded ids of archives that are compared with the others but are not in this manifest
 */
export async function joinedManifest(
  parts: readonly Part[],
  {
    given = [],
    nothingFound = nothingIn(parts),
    excluded = new Set(),
  }: { given?: readonly ArcQuery[]; nothingFound?: boolean; excluded?: ReadonlySet<string> } = {},
): Promise<BuiltManifest> {
  // An archive whose answer is known to lack something did not answer "nothing".
  const empty = nothingFound ? parts.filter(isWhole) : [];
  // Weasis opens a dialog for each message, so one names all archives.
  const [holder] = empty;
  const withNotices = parts.map(({ arcQuery, error, separate }) => ({
    arcQuery:
      arcQuery === holder?.arcQuery
        ? { ...arcQuery, notices: [...(arcQuery.notices ?? []), nothingFoundNotice(idsOf(empty))] }
        : arcQuery,
    failed: error !== undefined,
    separate,
  }));
  const joined = await joinParts(withNotices, given);
  const arcQueries = joined.filter(({ arcId }) => !excluded.has(arcId));
  const failures = parts.map(({ error }) => error?.kind).filter((failure) => failure !== undefined);
  // Only tokens that the manifest contains limit its life.
  const holders = new Set(arcQueries.filter(({ httpTags }) => httpTags?.length).map(({ arcId }) => arcId));
  return {
    manifest: { arcQueries },
    failures,
    complete: parts.every(isWhole),
    expiresAt: earliest(parts.map(({ arcQuery, expiresAt }) => (holders.has(arcQuery.arcId) ? expiresAt : undefined))),
    failed: failures.length === parts.length,
  };
}

/** Whether no part has a patient. */
export function nothingIn(parts: readonly Part[]): boolean {
  return parts.every(({ arcQuery }) => arcQuery.patients.length === 0);
}

function idsOf(parts: readonly Part[]): string[] {
  return parts.map(({ arcQuery }) => arcQuery.arcId);
}

/** Returns the part of an archive that has not answered yet. */
function unansweredPart(id: string, waitedMs: number): Part {
  return {
    arcQuery: { arcId: id, baseUrl: NO_ADDRESS, notices: [unansweredNotice(id, waitedMs)], patients: [] },
    error: new ConnectorError(id, 'timeout', 'no answer yet'),
    durationMs: waitedMs,
  };
}

function leftOutPart(connector: LeftOutConnector): Part {
  return {
    arcQuery: { arcId: connector.id, baseUrl: NO_ADDRESS, notices: [leftOutNotice(connector)], patients: [] },
    error: new ConnectorError(connector.id, 'misconfigured', connector.reasons.join('; ')),
    durationMs: 0,
  };
}

function outcomeOf(parts: readonly Part[], signal: AbortSignal): BuildReport['outcome'] {
  if (signal.aborted) return 'cancelled';
  if (parts.length > 0 && parts.every(({ error }) => error !== undefined)) return 'failed';
  if (!parts.every(isWhole)) return 'incomplete';
  return nothingIn(parts) ? 'empty' : 'complete';
}

/** Returns whether the archive answered, and its answer lacks nothing that it is known to have. */
function isWhole({ arcQuery: { notices = [] }, error }: Part): boolean {
  return error === undefined && isComplete({ notices: [...notices] });
}

function partReport({ arcQuery: { arcId, patients, notices = [] }, error, durationMs }: Part): PartReport {
  const noticeCodes = error ? [] : [...new Set(notices.map(codeOf))];
  return {
    connector: arcId,
    durationMs,
    ...countTree(patients),
    failure: error instanceof CircuitOpenError ? 'circuit_open' : error?.kind,
    code: error?.code,
    notices: noticeCodes.length > 0 ? noticeCodes : undefined,
    reason: error && !mayQuoteArchive(error.kind) ? error.message : undefined,
  };
}

function earliest(moments: readonly (number | undefined)[]): number | undefined {
  const known = moments.filter((moment) => moment !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
