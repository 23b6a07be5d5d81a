import { FIRST_FORM, type IncludeForm, type Level, type QueryForm } from '../http/query.js';

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
  /** How the server understands matching keys. */
  keys: QueryForm['keys'] | undefined;
  /** True: the server requires `limit` and `offset` in each query. */
  isPaged: true | undefined;
  /** How the server returns attributes beyond the default ones, at each level. */
  readonly include = new Map<Level, IncludeForm>();
  /** The trials of other forms of queries, one at each level. */
  readonly trials = new Map<Level, Promise<void>>();
  /** False: instances of a study come without the attributes of their series. */
  seriesInInstances: boolean | undefined;
  /** True: the server understands percent-encoded characters in a query. */
  decodes: boolean | undefined;

  private readonly since = performance.now();

  get isOld(): boolean {
    return performance.now() - this.since > LIFETIME;
  }

  /** Returns the form of a query at a level, as far as it is known. */
  formOf(level: Level): QueryForm {
    const { keys, include } = FIRST_FORM;
    const ofStudies = this.include.get('study');
    const usual = ofStudies === undefined || ofStudies === 'none' ? include : ofStudies;
    const form = { keys: this.keys ?? keys, include: this.include.get(level) ?? usual };
    return this.isPaged ? { ...form, isPaged: true } : form;
  }
}
