import { type Level } from '../http/query.js';

/** Servers are repaired, reconfigured and replaced behind their address. What is known of one is forgotten after this time, ms. */
const LIFETIME = 600_000;

/**
 * What earlier queries have shown about one server. It saves queries and is forgotten after a while. It never proves that an answer
 * is complete, except {@link decodes}.
 */
export class QuerySupport {
  /** False: the server does not understand several UIDs in one value, separated by commas (PS3.4 C.2.2.2.2). */
  uidLists: boolean | undefined;
  /** False: searches across studies or series (relational, PS3.18 10.6.1.1) return fewer results than the counts say. */
  relational: boolean | undefined;
  /** Levels at which searches across studies have found something. */
  readonly found = new Set<Level>();
  /** How the server returns attributes beyond the default ones: by their tags, by `all` only, or not at all. */
  includeField: 'tags' | 'all' | 'never' | undefined;
  /** False: instances of a study come without the attributes of their series. */
  seriesInInstances: boolean | undefined;

  /** True: the server understands percent-encoded characters in a query. */
  decodes: boolean | undefined;

  private readonly since = performance.now();

  get isOld(): boolean {
    return performance.now() - this.since > LIFETIME;
  }
}
