import {
  type Caller,
  type Connector,
  type Depth,
  filterResult,
  type SearchCriteria,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import { askByDeadline } from '../watch/deadline.js';

export interface AskOptions {
  /** Ends the search when the caller leaves. */
  signal: AbortSignal;
  /** Deadline, milliseconds. */
  timeoutMs: number;
  caller: Caller;
  /** The deepest level of the tree; default: instances. */
  depth?: Depth;
}

/**
 * Searches one archive and filters its studies. It settles shortly after the deadline at the latest, whatever the connector does.
 *
 * @throws ConnectorError for every failure.
 */
export async function askArchive(
  connector: Connector,
  criteria: SearchCriteria,
  { signal, timeoutMs, caller, depth = 'instance' }: AskOptions,
): Promise<SearchResult> {
  const ask = async (end: AbortSignal, deadline: number) => {
    const result = await connector.search(criteria, { signal: end, deadline, depth, caller });
    return filterResult(connector.id, result, criteria.filters);
  };
  return askByDeadline(connector.id, ask, { signal, timeoutMs });
}
