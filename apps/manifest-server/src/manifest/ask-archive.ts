import {
  type Caller,
  type Connector,
  ConnectorError,
  type ConnectorErrorKind,
  type Depth,
  filterStudies,
  type SearchCriteria,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import { Logger } from '@nestjs/common';
import { describeUnexpected } from '../http/describe-unexpected.js';

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

const logger = new Logger('Connectors');

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
  const givenUp = afterAbort(question.signal, GRACE_MS);
  try {
    const search = async () => {
      const result = await connector.search(criteria, { signal: question.signal, depth, caller });
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

/**
 * Any thrown value as a ConnectorError. What is none comes from a fault in the connector: its message may hold anything, so
 * only the log gets what can be told of it.
 */
function connectorError(id: string, error: unknown, signal: AbortSignal): ConnectorError {
  if (error instanceof ConnectorError) return error;
  if (isConnectorErrorOfAnotherCopy(error))
    return new ConnectorError(id, error.kind, error.message, { remedy: error.remedy, cause: error });
  if (signal.aborted) return ConnectorError.aborted(id, signal);
  logger.error(`connector ${id} failed in a way it should not: ${describeUnexpected(error)}`);
  return new ConnectorError(id, 'protocol', 'an unexpected error happened while the archive was asked', {
    remedy: "The server's log says where; tell it to whoever maintains the connector.",
    cause: error,
  });
}

/** A plug-in may bring its own copy of connector-core, whose classes are not ours. */
function isConnectorErrorOfAnotherCopy(error: unknown): error is ConnectorError {
  return error instanceof Error && error.name === 'ConnectorError' && KINDS.has((error as ConnectorError).kind);
}

const KINDS: ReadonlySet<ConnectorErrorKind> = new Set([
  'unavailable',
  'timeout',
  'refused',
  'misconfigured',
  'protocol',
  'cancelled',
]);
