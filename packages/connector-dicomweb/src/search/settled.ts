import { type SearchContext } from './search-context.js';

/**
 * Waits for several searches. One that fails does not cost the results of the others: a notice says what it cost.
 *
 * @throws the first error if all fail.
 */
export async function settled<Result>(context: SearchContext, searches: readonly Promise<Result>[]): Promise<Result[]> {
  const outcomes = await Promise.allSettled(searches);
  const results: Result[] = [];
  const errors: unknown[] = [];
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') results.push(outcome.value);
    else errors.push(outcome.reason);
  }
  if (errors.length > 0 && results.length === 0) throw errors[0];
  for (const error of errors) context.notices.searchFailed(context.errorOf(error));
  return results;
}
