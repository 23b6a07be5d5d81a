import { setMaxListeners } from 'node:events';
import { Injectable } from '@nestjs/common';
import {
  type Caller,
  type Connector,
  ConnectorError,
  type ConnectorErrorKind,
  ConnectorRegistry,
  type LeftOutConnector,
} from '@pacs-connectors/connector-core';
import { type ArcQuery, joinParts, type Manifest } from '@pacs-connectors/manifest-builder';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { Retrievals } from '../retrieval/retrievals.service.js';
import { type Search } from '../search/search.js';
import { CircuitOpenError } from '../watch/circuit-breaker.js';
import { ConnectorWatches } from '../watch/connector-watches.service.js';
import { askArchive } from './ask-archive.js';
import { type BuildReport, BuiltManifests, type PartReport } from './built-manifests.service.js';
import { endedTokenNotice, errorNotice, leftOutNotice, nothingFoundNotice, unansweredNotice } from './notices.js';

export interface BuiltManifest {
  manifest: Manifest;
  /** Why parts are missing, one for each archive that is. */
  failures: ConnectorErrorKind[];
  /**
   * Milliseconds since the epoch: from when a token in it is not handed out any more; not given where it
   * holds none, or this is not known.
   */
  expiresAt?: number;
  /** No archive could be asked with success: the manifest holds messages only. */
  failed: boolean;
}

export interface BuildOptions {
  caller: Caller;
  /** Ends every search: whoever asked is gone. */
  signal: AbortSignal;
  /** Called once all archives are being asked, with what gives their parts: those that have not answered say so. */
  onAsked?(soFar: () => Part[]): void;
  /** Called with the part of each archive when it has answered, or failed. */
  onAnswer?(part: Part): void;
  /** Called with the parts of all archives once they have answered, before they are joined; waited for. */
  onAllAnswered?(parts: readonly Part[]): Promise<void> | undefined;
}

/** 200 where any archive answered; else this server is a gateway without an answer, or without one in time. */
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

/** Kinds of error whose messages are our own words; in `refused` and `protocol` an archive's own may be quoted. */
const OUR_WORDS: ReadonlySet<ConnectorErrorKind> = new Set(['unavailable', 'timeout', 'misconfigured']);

/** What makes one manifest differ from another, besides who asks. */
export type Question = Pick<Search, 'criteria' | 'archives'>;

/** Where the viewer would fetch from is not known for an archive left out; the manifest's schema wants a URI. */
export const NO_ADDRESS = 'about:blank';

/** Asks the archives and joins their answers. */
@Injectable()
export class ManifestService {
  constructor(
    private readonly registry: ConnectorRegistry,
    private readonly configuration: ServerConfiguration,
    private readonly retrievals: Retrievals,
    private readonly watches: ConnectorWatches,
    private readonly built: BuiltManifests,
  ) {}

  /** Asks every archive of the search at the same time. An archive that fails costs its own part only. */
  async build(search: Question, options: BuildOptions): Promise<BuiltManifest> {
    const { archives } = search;
    const start = performance.now();
    // Each archive listens to it: as many as there are.
    setMaxListeners(0, options.signal);
    // Before anything is waited for: by then another configuration may be in force.
    const missing = this.registry.missing(archives).map(leftOutPart);
    const connectors = this.registry.select(archives);
    const answered: Part[] = [];
    const asking = connectors.map(async (one, at) => {
      const part = await this.part(one, search, options);
      answered[at] = part;
      options.onAnswer?.(part);
      return part;
    });
    options.onAsked?.(() => {
      const waited = performance.now() - start;
      return [...connectors.map(({ id }, at) => answered[at] ?? unansweredPart(id, waited)), ...missing];
    });
    const asked = [...(await Promise.all(asking)), ...missing];
    const outcome = outcomeOf(asked, options.signal);
    const durationMs = performance.now() - start;
    this.built.tell({ outcome, durationMs, criteria: search.criteria, parts: asked.map(partReport) });
    await options.onAllAnswered?.(asked);
    return joinedManifest(asked);
  }

  /** One archive's part; never rejects. */
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
      // One deadline for both: the viewer waits for their sum.
      const remainingMs = Math.max(1, timeoutMs - (performance.now() - start));
      const { patients, notices } = await this.watches.search(connector, () =>
        askArchive(connector, search.criteria, { signal, timeoutMs: remainingMs, caller }),
      );
      const ended = bearerToken === caller.bearerToken && expiresAt !== undefined && expiresAt <= Date.now();
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
          notices: ended ? [...notices, endedTokenNotice(id, expiresAt)] : notices,
          patients,
        },
        separate: manifest.separate,
        expiresAt,
        durationMs: performance.now() - start,
      };
    } catch (thrown) {
      // The viewer is given no credentials for an archive whose images it is not told of.
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
 * Returns the manifest of these parts, joined by the viewer's rules. They stay as they are: there may be several manifests of
 * them.
 *
 * @param given what the viewer has got already: what is returned is only what it lacks
 * @param nothingFound no archive has what was asked for; default: none of these
 * @param heldBack archives that are compared with the others, and given later
 */
export async function joinedManifest(
  parts: readonly Part[],
  {
    given = [],
    nothingFound = nothingIn(parts),
    heldBack = new Set(),
  }: { given?: readonly ArcQuery[]; nothingFound?: boolean; heldBack?: ReadonlySet<string> } = {},
): Promise<BuiltManifest> {
  const withNotices = parts.map(({ arcQuery, error, separate }) => ({
    arcQuery:
      nothingFound && !error
        ? { ...arcQuery, notices: [...(arcQuery.notices ?? []), nothingFoundNotice(arcQuery.arcId)] }
        : arcQuery,
    failed: error !== undefined,
    separate,
  }));
  const joined = await joinParts(withNotices, given);
  const arcQueries = joined.filter(({ arcId }) => !heldBack.has(arcId));
  const failures = parts.map(({ error }) => error?.kind).filter((failure) => failure !== undefined);
  // A token that is not handed out does not end anything.
  const holders = new Set(arcQueries.filter(({ httpTags }) => httpTags?.length).map(({ arcId }) => arcId));
  return {
    manifest: { arcQueries },
    failures,
    expiresAt: earliest(parts.map(({ arcQuery, expiresAt }) => (holders.has(arcQuery.arcId) ? expiresAt : undefined))),
    failed: failures.length === parts.length,
  };
}

/** Whether no archive has a patient. */
export function nothingIn(parts: readonly Part[]): boolean {
  return parts.every(({ arcQuery }) => arcQuery.patients.length === 0);
}

/** The part of an archive that is still being asked. */
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
  const failed = parts.filter(({ error }) => error !== undefined).length;
  if (failed > 0) return failed === parts.length ? 'failed' : 'incomplete';
  return nothingIn(parts) ? 'empty' : 'complete';
}

function partReport({ arcQuery: { arcId, patients }, error, durationMs }: Part): PartReport {
  const studies = patients.flatMap((patient) => patient.studies);
  const series = studies.flatMap((study) => study.series);
  return {
    connector: arcId,
    durationMs,
    patients: patients.length,
    studies: studies.length,
    series: series.length,
    instances: series.reduce((sum, { instances }) => sum + instances.length, 0),
    failure: error instanceof CircuitOpenError ? 'circuit_open' : error?.kind,
    reason: error && OUR_WORDS.has(error.kind) ? error.message : undefined,
  };
}

function earliest(moments: readonly (number | undefined)[]): number | undefined {
  const known = moments.filter((moment) => moment !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
