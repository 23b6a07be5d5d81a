import { connectorError } from './connector-error.js';

/** How long after its signal a connector may take to say in its own words what happened, milliseconds. */
const GRACE_MS = 500;

export interface DeadlineOptions {
  /** Milliseconds. */
  timeoutMs: number;
  /** Ends the work before that: whoever asked is gone. */
  signal?: AbortSignal;
}

/**
 * Asks a connector for something. Settles by the deadline (and a moment), whatever the connector does.
 *
 * @param ask gets the signal that ends it, and when that is at the latest (`performance.now()`)
 * @throws ConnectorError and nothing else.
 */
export async function askByDeadline<Result>(
  id: string,
  ask: (signal: AbortSignal, deadline: number) => Promise<Result>,
  { timeoutMs, signal }: DeadlineOptions,
): Promise<Result> {
  const question = new AbortController();
  const cancel = () => question.abort(signal?.reason);
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted) cancel();
  const passed = new DOMException('no answer before the deadline', 'TimeoutError');
  const timer = setTimeout(() => question.abort(passed), timeoutMs);
  const deadline = performance.now() + timeoutMs;
  const givenUp = afterAbort(question.signal, GRACE_MS);
  try {
    return await Promise.race([ask(question.signal, deadline), givenUp.promise]);
  } catch (error) {
    throw connectorError(id, error, question.signal);
  } finally {
    clearTimeout(timer);
    givenUp.cancel();
    signal?.removeEventListener('abort', cancel);
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
