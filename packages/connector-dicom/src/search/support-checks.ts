import { type TreeAnswer } from './answers.js';
import { type Archive } from './archive.js';
import { type Content, contentOfTree, sameContent } from './content.js';
import { type QuerySupport } from './query-support.js';

/** The least time for a relational query, however fast the plain ones were, milliseconds. */
const MIN_TIMEOUT_MS = 10_000;

/**
 * Tests relational queries of one peer in the background, after the plain ones have been answered. One test runs at a time, and
 * gives its association to callers.
 */
export class SupportChecks {
  private last: Promise<void> = Promise.resolve();

  /** @param archive makes the queries to the peer, until `signal` ends. Optional ones take `timeoutMs` at most. */
  constructor(
    private readonly relational: QuerySupport,
    private readonly archive: (signal: AbortSignal, timeoutMs: number) => Archive,
  ) {}

  /**
   * Starts a test of `shape` if there was none.
   *
   * @param expected the content that the plain queries found; fewer than two instances are no evidence.
   * @param plainMs the time that these took. A slower query is of no use, even if it is right.
   */
  begin(
    shape: string,
    ask: (archive: Archive) => Promise<TreeAnswer[] | undefined>,
    expected: Content,
    plainMs: number,
  ): void {
    if (expected.instances.length < 2 || !this.relational.isUnchecked(shape)) return;
    this.relational.startCheck(shape);
    this.last = this.last.then(async () => {
      const over = new AbortController();
      try {
        const tree = await ask(this.archive(over.signal, Math.max(plainMs, MIN_TIMEOUT_MS)));
        if (tree && sameContent(contentOfTree(tree), expected))
          this.relational.confirm(shape, expected.instances.length);
        else this.relational.refute(shape);
      } catch {
        // The peer was not reached, a caller needed the association, or the connector is closing. None says anything about the query.
      } finally {
        over.abort();
        this.relational.endCheck(shape);
      }
    });
  }
}
