import {
  type Caller,
  type Connector,
  type Depth,
  filterStudies,
  type SearchCriteria,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import { askByDeadline } from '../watch/deadline.js';

export interface AskOptions {
  /** Ends the question: whoever asked is gone. */
  signal: AbortSignal;
  /** Deadline, milliseconds. */
  timeoutMs: number;
  caller: Caller;
  /** How deep; down to instances unless told. */
  depth?: Depth;
}

/**
 * Asks one archive, its studies filtered. Settles by the deadline (and a moment), whatever the connector does.
 *
 * @throws ConnectorError and nothing else.
 */
export async function askArchive(
  connector: Connector,
  criteria: SearchCriteria,
  { signal, timeoutMs, caller, depth = 'instance' }: AskOptions,
): Promise<SearchResult> {
  const ask = async (end: AbortSignal, deadline: number) => {
    const result = await connector.search(criteria, { signal: end, deadline, depth, caller });
    return { patients: filterStudies(result.patients, criteria.filters), notices: [...result.notices] };
  };
  return askByDeadline(connector.id, ask, { signal, timeoutMs });
}
