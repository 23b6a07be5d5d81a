import { setMaxListeners } from 'node:events';
import { Injectable } from '@nestjs/common';
import {
  type Connector,
  ConnectorRegistry,
  type Depth,
  identifierKindsOf,
  type Notice,
  type SearchCriteria,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { plainProblem, ProblemError } from '../http/problem.js';
import { askArchive } from '../manifest/ask-archive.js';
import { parameterOf } from '../search/search-parameters.js';
import { ConnectorWatches } from '../watch/connector-watches.service.js';
import { type FoundOnPage } from './launch-page.js';
import { launchError } from './launch-problems.js';
import { filterOf, type LaunchRequest } from './launch-request.js';

/** The studies that a launch opens. */
export interface LaunchedStudies {
  /** Study Instance UIDs, at least one. */
  uids: string[];
  /** What was found, if the archive was searched. */
  found?: readonly FoundOnPage[];
}

/** The archives that a launch searches, and their studies. */
@Injectable()
export class LaunchArchives {
  constructor(
    private readonly registry: ConnectorRegistry,
    private readonly configuration: ServerConfiguration,
    private readonly watches: ConnectorWatches,
  ) {}

  /**
   * Returns the ids of all archives that the launch searches, also of those with a configuration error: a viewer that reads no
   * manifest would miss their studies without a message.
   */
  ids({ search }: LaunchRequest): string[] {
    return [...this.registry.select(search.archives), ...this.registry.missing(search.archives)].map(({ id }) => id);
  }

  /**
   * Returns the same ids for a viewer that reads no manifest.
   *
   * @throws LaunchError if one of them does not allow searches by an identifier of the launch.
   */
  searchableIds(request: LaunchRequest): string[] {
    const ids = this.ids(request);
    for (const id of ids) this.requireSearchable(id, request);
    return ids;
  }

  /**
   * Returns the only archive that the launch searches.
   *
   * @param subject what opens studies of one archive only, for the message.
   * @throws LaunchError if it is not exactly one, or it cannot be searched.
   */
  only(request: LaunchRequest, subject: string): Connector {
    const [first, ...more] = this.ids(request);
    if (first === undefined || more.length > 0)
      throw launchError(
        'archive',
        `${this.selection(request)}: ${subject} opens studies of exactly one archive`,
        'server.launch.one-archive-needed',
      );
    const connector = this.registry.get(first);
    if (!connector)
      throw launchError(
        'archive',
        'is not available because of an error in its configuration. See /health/ready',
        'server.launch.archive-unusable',
      );
    this.requireSearchable(first, request);
    return connector;
  }

  /** Says what the parameter `archive` selects, without the ids: a caller learns nothing about archives that it did not name. */
  private selection({ search: { archives } }: LaunchRequest): string {
    const known = archives.filter((id) => this.registry.knows(id));
    if (archives.length === 0) return 'is missing';
    if (known.length === archives.length) return `names ${archives.length} archives`;
    if (archives.length === 1) return 'is unknown';
    return `names ${archives.length} archives, ${archives.length - known.length} of them unknown`;
  }

  /**
   * Checks `search-criteria.deactivated`: a viewer that searches itself would ignore it, and one that reads no manifest could not
   * say what was not searched.
   */
  private requireSearchable(id: string, { search }: LaunchRequest): void {
    if (!this.registry.get(id)) return;
    const { deactivated } = this.configuration.connector(id);
    const kinds = identifierKindsOf(search.criteria).filter((kind) => deactivated.includes(kind));
    if (kinds.length === 0) return;
    const archive = search.archives.includes(id) ? `archive ${id}` : 'an archive of this launch';
    throw launchError(
      kinds.map(parameterOf),
      `cannot be used: ${archive} does not allow searches by it (search-criteria.deactivated)`,
      'server.launch.search-not-allowed',
    );
  }

  /**
   * Returns the studies of a launch. It searches the archive unless the launch names nothing but studies.
   *
   * @throws ProblemError 404 if nothing is found, 502 if the archive's answer is incomplete.
   * @throws ConnectorError if the archive fails.
   */
  async studies(connector: Connector, request: LaunchRequest): Promise<LaunchedStudies> {
    const { criteria } = request.search;
    if (namesStudiesOnly(criteria) && filterOf(request.search) === undefined)
      return { uids: criteria.studyInstanceUids };
    // The modalities of a study are those of its series.
    const depth = criteria.filters.modalitiesInStudy ? 'series' : 'study';
    const { patients, notices } = await this.search(connector, request, depth);
    const { id } = connector;
    // The viewer could not say that a study is missing.
    if (isIncomplete(notices))
      throw new ProblemError(
        plainProblem(502, `Archive ${id}: ${sentences(notices.filter(isFault))}`, 'server.launch.answer-incomplete'),
      );
    const uids = [
      ...new Set(patients.flatMap(({ studies }) => studies.map(({ studyInstanceUid }) => studyInstanceUid))),
    ];
    if (uids.length > 0) return { uids, found: [{ archive: id, patients: patients.length, studies: uids.length }] };
    const why = notices.length > 0 ? ` ${sentences(notices)}` : '';
    throw new ProblemError(
      plainProblem(404, `Nothing was found in archive ${id}.${why}`, 'server.launch.nothing-found'),
    );
  }

  /**
   * Searches one archive; by the archive's deadline at the latest. A second search of the same launch gets the first answer.
   *
   * @throws ConnectorError
   */
  search(connector: Connector, request: LaunchRequest, depth: Depth): Promise<SearchResult> {
    const { caller, search, searches } = request;
    const { timeoutMs } = this.configuration.connector(connector.id);
    let result = searches.get(connector.id);
    if (!result) {
      const signal = request.gone();
      // Each archive listens to it.
      setMaxListeners(0, signal);
      result = this.watches.search(connector, () =>
        askArchive(connector, search.criteria, { signal, timeoutMs, caller, depth }),
      );
      searches.set(connector.id, result);
    }
    return result;
  }
}

/** Returns whether notices say that studies may be missing. */
export function isIncomplete(notices: readonly Notice[]): boolean {
  return notices.some(isFault);
}

function isFault({ severity }: Notice): boolean {
  return severity !== 'INFO';
}

function namesStudiesOnly(criteria: SearchCriteria): boolean {
  const { patientIds, accessionNumbers, seriesInstanceUids, sopInstanceUids } = criteria;
  return [patientIds, accessionNumbers, seriesInstanceUids, sopInstanceUids].every((list) => list.length === 0);
}

function sentences(notices: readonly Notice[]): string {
  return notices.map(({ title, description }) => `${title}: ${description}`).join(' ');
}
