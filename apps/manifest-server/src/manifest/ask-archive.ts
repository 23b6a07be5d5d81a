import {
  type Caller,
  type Connector,
  type Depth,
  filterStudies,
  type SearchCriteria,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import { connectorError } from '../watch/connector-error.js';

export interface AskOptions {
  /** Ends the question: whoever asked is gone. */
  signal: AbortSignal;
  /** Deadline, milliseconds. */
  timeoutMs: number;
  caller: Caller;
  /** How deep; down to instances unless told. */
  depth?: Depth;
}

/** How long after its signal a connector may take to say in its own words what happened, milliseconds. */
const GRACE_MS = 500;

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
  const question = new AbortController();
  const cancel = () => question.abort(signal.reason);
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  const late = new DOMException('no answer before the deadline', 'TimeoutError');
  const timer = setTimeout(() => question.abort(late), timeoutMs);
  const deadline = performance.now() + timeoutMs;
  const givenUp = afterAbort(question.signal, GRACE_MS);
  try {
    const search = async () => {
      const result = await connector.search(criteria, { signal: question.signal, deadline, depth, caller });
      return { patients: filterStudies(result.patients, criteria.filters), notices: [...result.notices] };
    };
    return await Promise.race([search(), givenUp.promise]);
  } catch (error) {
    throw connectorError(connector.id, error, question.signal);
  } finally {
    clearTimeout(timer);
    givenUp.cancel();
    signal.removeEventListener('abort', cancel);
  }
}

/** Rejects `delayMs` after the signal. */
function afterAbort(signal: AbortSignal, delayMs: number): { promise: Promise<never>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  let start: () => void = () => undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    start = () => (timer = setTimeout(() => reject(signal.reason as Error), delayMs));
  });
  if (signal.aborted) start();
  else signal.addEventListener('abort', start, { once: true });
  return {
    promise,
    cancel: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', start);
    },
  };
}
