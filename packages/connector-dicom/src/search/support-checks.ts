import { type TreeAnswer } from './answers.js';
import { type Archive } from './archive.js';
import { type Content, contentOfTree, sameContent } from './content.js';
import { type QuerySupport } from './query-support.js';

/** The least time that a relational query is given, however fast the plain ones were, milliseconds. */
const MIN_TIMEOUT_MS = 10_000;

/**
 * Proves relational queries to one peer after the plain ones have been answered, while nobody waits for it. One at a time:
 * a check uses one association.
 */
export class SupportChecks {
  private last: Promise<void> = Promise.resolve();

  /** @param archive the peer until `signal` ends it, each query that it need not know taking so many milliseconds at most. */
  constructor(
    private readonly relational: QuerySupport,
    private readonly archive: (signal: AbortSignal, timeoutMs: number) => Archive,
  ) {}

  /**
   * Asks what is untried, if nobody is at it.
   *
   * @param expected what the plain queries found; fewer than two instances prove nothing.
   * @param plainMs the time that those took: what takes longer is of no use, even if it is right.
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
        // The peer was not reached, or the connector is being closed: that says nothing of the query.
      } finally {
        over.abort();
        this.relational.endCheck(shape);
      }
    });
  }
}
