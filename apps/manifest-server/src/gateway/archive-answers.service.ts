import { setMaxListeners } from 'node:events';
import { Injectable } from '@nestjs/common';
import {
  type Caller,
  type Connector,
  ConnectorError,
  ConnectorRegistry,
  type Depth,
  filterResult,
  identifierKindsOf,
  type Notice,
  type SearchCriteria,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import { type Answer } from '@pacs-connectors/dicomweb-service';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { codes } from '../errors/error-codes.js';
import { plainProblem, ProblemError } from '../http/problem.js';
import { askArchive } from '../manifest/ask-archive.js';
import { ConnectorWatches } from '../watch/connector-watches.service.js';
import { askByDeadline } from '../watch/deadline.js';

/** A search of one archive, or of all. */
export interface ArchiveSearch {
  /** Id of the only archive to search; default: all. */
  archive?: string;
  criteria: SearchCriteria;
  depth: Depth;
  caller: Caller;
  /** Ends the search when the caller leaves. */
  signal: AbortSignal;
}

/** The answer of an archive, or why it has none. */
export type ArchiveAnswer = Answer & { error?: ConnectorError };

/** Searches archives for DICOMweb requests: each with its own deadline, and none while it is paused. */
@Injectable()
export class ArchiveAnswers {
  constructor(
    private readonly registry: ConnectorRegistry,
    private readonly configuration: ServerConfiguration,
    private readonly watches: ConnectorWatches,
  ) {}

  /**
   * Returns the answer of each archive, in the order of the configuration. Without an identifier, archives are browsed.
   *
   * @throws ProblemError 404 for an unknown archive
   */
  async search(search: ArchiveSearch): Promise<ArchiveAnswer[]> {
    const { archive, signal } = search;
    if (archive !== undefined && !this.registry.knows(archive))
      throw new ProblemError(
        plainProblem(404, 'No archive has this id. /health/connectors lists the ids.', 'server.archive.unknown'),
      );
    const ids = archive === undefined ? [] : [archive];
    // Each archive adds a listener.
    setMaxListeners(0, signal);
    const missing = this.registry.missing(ids).map((one): ArchiveAnswer => {
      const error = new ConnectorError(one.id, 'misconfigured', 'its configuration has an error', {
        code: codes['server.archive.left-out'],
      });
      return { archiveId: one.id, patients: [], notices: [failureNotice(error)], failed: true, error };
    });
    const asked = await Promise.all(this.registry.select(ids).map((connector) => this.answerOf(connector, search)));
    return [...asked, ...missing];
  }

  private async answerOf(connector: Connector, search: ArchiveSearch): Promise<ArchiveAnswer> {
    const { id } = connector;
    try {
      const { patients, notices } = await this.watches.search(connector, () => this.ask(connector, search));
      return { archiveId: id, patients, notices };
    } catch (thrown) {
      const error = ConnectorError.from(id, thrown);
      return { archiveId: id, patients: [], notices: [failureNotice(error)], failed: true, error };
    }
  }

  private async ask(connector: Connector, { criteria, depth, caller, signal }: ArchiveSearch): Promise<SearchResult> {
    const { id } = connector;
    const { timeoutMs } = this.configuration.connector(id);
    if (identifierKindsOf(criteria).length > 0)
      return askArchive(connector, criteria, { signal, timeoutMs, caller, depth });
    if (!connector.browse) return { patients: [], notices: [browseUnsupportedNotice(id)] };
    const ask = async (end: AbortSignal, deadline: number) => {
      const { filters } = criteria;
      const result = await connector.browse!(filters, { signal: end, deadline, depth, caller });
      return filterResult(id, result, filters);
    };
    return askByDeadline(id, ask, { signal, timeoutMs });
  }
}

function failureNotice({ connectorId, code, message, remedy }: ConnectorError): Notice {
  const sentences = [message, remedy].filter((text) => text !== undefined).map((text) => text.replace(/\.?$/, '.'));
  return {
    severity: 'ERROR',
    code,
    title: `Archive ${connectorId} could not be searched, so its results are missing`,
    description: sentences.join(' '),
    missing: { level: 'study' },
  };
}

function browseUnsupportedNotice(id: string): Notice {
  return {
    severity: 'WARN',
    code: codes['server.gateway.browse-unsupported'],
    title: 'Not searched',
    description: `Archive ${id} was not searched, because it cannot be searched without an identifier. Search by a Patient ID, an Accession Number or a UID.`,
    missing: { level: 'study' },
  };
}
