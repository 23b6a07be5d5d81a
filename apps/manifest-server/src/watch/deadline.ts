import { type ConnectorError } from '@pacs-connectors/connector-core';
import { connectorError } from './connector-error.js';

/** How long a connector may take to report its own error after the deadline, milliseconds. */
const GRACE_MS = 500;

export interface DeadlineOptions {
  /** Time until the deadline, milliseconds. */
  timeoutMs: number;
  /** Ends the request before the deadline, when the caller leaves. */
  signal?: AbortSignal;
  /** Makes the error if the deadline passes; default: what the connector says, or `ConnectorError.aborted`. */
  timeoutError?: () => ConnectorError;
}

/**
 * Sends a request to a connector. It settles at most {@link GRACE_MS} after the deadline, even if the connector does not.
 *
 * @param ask gets the signal that ends it, and the deadline (`performance.now()`)
 * @throws ConnectorError only.
 */
export async function askByDeadline<Result>(
  id: string,
  ask: (signal: AbortSignal, deadline: number) => Promise<Result>,
  { timeoutMs, signal, timeoutError }: DeadlineOptions,
): Promise<Result> {
  const question = new AbortController();
  const cancel = () => question.abort(signal?.reason);
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted) cancel();
  const passed = new DOMException('no answer before the deadline', 'TimeoutError');
  const timer = setTimeout(() => question.abort(passed), timeoutMs);
  const deadline = performance.now() + timeoutMs;
  const grace = afterAbort(question.signal, GRACE_MS);
  try {
    return await Promise.race([ask(question.signal, deadline), grace.promise]);
  } catch (error) {
    if (timeoutError && question.signal.reason === passed) throw timeoutError();
    throw connectorError(id, error, question.signal);
  } finally {
    clearTimeout(timer);
    grace.cancel();
    signal?.removeEventListener('abort', cancel);
  }
}

/** Returns a promise that rejects `delayMs` milliseconds after the signal. */
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
