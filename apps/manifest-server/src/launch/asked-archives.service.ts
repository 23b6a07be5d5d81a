import { Injectable } from '@nestjs/common';
import {
  type Connector,
  ConnectorError,
  ConnectorRegistry,
  identifierKindsOf,
  type Notice,
  type SearchCriteria,
} from '@pacs-connectors/connector-core';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { plainProblem, ProblemError } from '../http/problem.js';
import { askArchive } from '../manifest/ask-archive.js';
import { BadParameters } from '../http/bad-parameters.js';
import { parameterOf } from '../search/search-parameters.js';
import { ConnectorWatches } from '../watch/connector-watches.service.js';
import { type FoundOnPage } from './launch-page.js';
import { cannot, filterOf, type LaunchRequest, noAnswer } from './viewer-launch.js';

/** The studies that a request means. */
export interface MeantStudies {
  /** Study Instance UIDs, one at least. */
  uids: string[];
  /** What was found, where the archive was asked. */
  found?: readonly FoundOnPage[];
}

/** The archives that a launch without a manifest asks: such a viewer is told of one, or of those that it knows. */
@Injectable()
export class AskedArchives {
  constructor(
    private readonly registry: ConnectorRegistry,
    private readonly configuration: ServerConfiguration,
    private readonly watches: ConnectorWatches,
  ) {}

  /**
   * Ids of all archives that the request asks, those that are left out because of a configuration error too: a viewer that
   * reads no manifest would miss their studies without a word.
   *
   * @throws BadParameters where one of them is configured not to be searched by an identifier of the request.
   */
  ids(request: LaunchRequest): string[] {
    const ids = this.asked(request);
    for (const id of ids) this.heedDeactivated(id, request);
    return ids;
  }

  /** The only archive that the request asks. @throws BadParameters where it is not exactly one that can be asked so */
  only(request: LaunchRequest, viewer: string): Connector {
    const [first, ...more] = this.asked(request);
    if (first === undefined || more.length > 0)
      throw cannot('archive', `${this.whyNotOne(request)}: ${viewer} opens studies of exactly one archive`);
    const connector = this.registry.get(first);
    if (!connector) throw cannot('archive', 'is left out because of an error in its configuration, see /health/ready');
    this.heedDeactivated(first, request);
    return connector;
  }

  private asked({ search }: LaunchRequest): string[] {
    return [...this.registry.select(search.archives), ...this.registry.missing(search.archives)].map(({ id }) => id);
  }

  /** Without the ids: those that the caller has not named are none of its business. */
  private whyNotOne({ search: { archives } }: LaunchRequest): string {
    const known = archives.filter((id) => this.registry.knows(id));
    if (archives.length === 0) return 'is needed';
    if (known.length === archives.length) return `names ${archives.length} archives`;
    if (archives.length === 1) return 'is not known here';
    return `names ${archives.length} archives, and ${archives.length - known.length} of them not known here`;
  }

  /**
   * `search-criteria.deactivated`: a viewer that searches by itself would not heed it, and one that reads no manifest could
   * not say what was not searched.
   */
  private heedDeactivated(id: string, { search }: LaunchRequest): void {
    if (!this.registry.get(id)) return;
    const { deactivated } = this.configuration.connector(id);
    const kinds = identifierKindsOf(search.criteria).filter((kind) => deactivated.includes(kind));
    const archive = search.archives.includes(id) ? `archive ${id}` : 'an archive that is asked';
    const detail = `is no use: ${archive} is configured not to be searched by it (search-criteria.deactivated)`;
    if (kinds.length > 0) throw new BadParameters(kinds.map((kind) => ({ parameter: parameterOf(kind), detail })));
  }

  /**
   * The studies that the request means. The archive is asked unless the request names nothing but studies.
   *
   * @throws ProblemError 404 where nothing is found, 502 or 504 where the archive does not tell everything.
   */
  async studies(connector: Connector, request: LaunchRequest): Promise<MeantStudies> {
    const { criteria } = request.search;
    if (namesStudiesOnly(criteria) && filterOf(request.search) === undefined)
      return { uids: criteria.studyInstanceUids };
    const { timeoutMs } = this.configuration.connector(connector.id);
    const { caller } = request;
    const signal = request.gone();
    // Whether a study holds a modality is told by its series.
    const depth = criteria.filters.modalitiesInStudy ? 'series' : 'study';
    const { patients, notices } = await this.watches
      .search(connector, () => askArchive(connector, criteria, { signal, timeoutMs, caller, depth }))
      .catch((error: unknown) => {
        throw noAnswer(ConnectorError.from(connector.id, error));
      });
    const told = notices.filter(({ severity }) => severity !== 'INFO');
    // The viewer could not say that a study is missing.
    if (told.length > 0) throw new ProblemError(plainProblem(502, `Archive ${connector.id}: ${sentences(told)}`));
    const uids = [
      ...new Set(patients.flatMap(({ studies }) => studies.map(({ studyInstanceUid }) => studyInstanceUid))),
    ];
    const found = [{ archive: connector.id, patients: patients.length, studies: uids.length }];
    if (uids.length > 0) return { uids, found };
    const why = notices.length > 0 ? ` ${sentences(notices)}` : '';
    throw new ProblemError(plainProblem(404, `Archive ${connector.id} holds nothing that was asked for.${why}`));
  }
}

function namesStudiesOnly(criteria: SearchCriteria): boolean {
  const { patientIds, accessionNumbers, seriesInstanceUids, sopInstanceUids } = criteria;
  return [patientIds, accessionNumbers, seriesInstanceUids, sopInstanceUids].every((list) => list.length === 0);
}

function sentences(notices: readonly Notice[]): string {
  return notices.map(({ title, description }) => `${title}: ${description}`).join(' ');
}
