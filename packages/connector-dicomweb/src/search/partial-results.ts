import { type Notices, type ResultKind } from './notices.js';

/** How many results came, and how many the server counts. */
export interface Completeness {
  count: number;
  /** The number that the server counts; `undefined` if it does not count. */
  expected: number | undefined;
  /** The server limits its answers and does not return the rest. */
  truncated?: boolean;
}

/** Adds a notice if results are missing. @param what the kind of result: `series`, `instances`, `studies`. */
export function reportPartialResult(
  notices: Notices,
  what: ResultKind,
  { count, expected, truncated }: Completeness,
): void {
  if (truncated) notices.truncated(what);
  else if (expected !== undefined && count < expected) notices.fewerThanCounted(what);
}
