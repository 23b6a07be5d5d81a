import { type Level } from '../http/query.js';

/** Servers are mended, set up anew and replaced behind their address: what is known of one is learnt anew, milliseconds. */
const LIFETIME = 600_000;

/**
 * What has been learnt about one server by asking it. It saves questions, and is forgotten after a while; whether an answer is
 * complete is never concluded from it, but for {@link decodes}.
 */
export class QuerySupport {
  /** False: several UIDs in one value, a comma between (PS3.4 C.2.2.2.2), are not understood. */
  uidLists: boolean | undefined;
  /** False: searches across studies or series (relational, PS3.18 10.6.1.1) do not give what the counts promise. */
  relational: boolean | undefined;
  /** Levels that searches across studies have found something at. */
  readonly found = new Set<Level>();
  /** How attributes beyond the default ones are had: by their tags, only by `all`, or not at all. */
  includeField: 'tags' | 'all' | 'never' | undefined;
  /** False: instances found in a study come without the attributes of their series. */
  seriesInInstances: boolean | undefined;

  /** True: characters that must be percent-encoded in a query are understood. */
  decodes: boolean | undefined;

  private readonly since = performance.now();

  get isOld(): boolean {
    return performance.now() - this.since > LIFETIME;
  }
}
