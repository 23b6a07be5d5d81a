/** How long before the deadline a search ends at most, milliseconds. */
const MOST_TIME_TO_RETURN_MS = 250;

/**
 * Returns a signal that also ends a little before the deadline of a search, so that what came until then can be returned in time.
 *
 * @param deadline when `signal` aborts at the latest (`performance.now()`), if that is known
 */
export function endingBefore(deadline: number | undefined, signal: AbortSignal): AbortSignal {
  if (deadline === undefined) return signal;
  const restMs = Math.max(deadline - performance.now(), 0);
  const timeToReturnMs = Math.min(restMs * 0.05, MOST_TIME_TO_RETURN_MS);
  return AbortSignal.any([signal, AbortSignal.timeout(Math.floor(restMs - timeToReturnMs))]);
}
