import { type TreeAnswer } from './answers.js';
import { type Archive } from './archive.js';
import { type Branches, branchesOf, sameBranches } from './content.js';
import { type Trust } from './query-support.js';

/** The least time that a relational question is given, however fast the plain ones were, milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * Proves relational questions to one peer after the plain ones have been answered, while nobody waits for it. One at a time:
 * a proof takes one association.
 */
export class Proofs {
  private last: Promise<void> = Promise.resolve();

  /** @param archive the peer until `signal` ends it, each question that it need not know taking so many milliseconds at most. */
  constructor(
    private readonly relational: Trust,
    private readonly archive: (signal: AbortSignal, patienceMs: number) => Archive,
  ) {}

  /**
   * Asks what is untried, if nobody is at it.
   *
   * @param expected what the plain questions told; fewer than two instances prove nothing.
   * @param plainMs the time that those took: what takes longer is of no use, even if it is right.
   */
  begin(
    shape: string,
    ask: (archive: Archive) => Promise<TreeAnswer[] | undefined>,
    expected: Branches,
    plainMs: number,
  ): void {
    if (expected.instances.length < 2 || !this.relational.isUntried(shape)) return;
    this.relational.startTrial(shape);
    this.last = this.last.then(async () => {
      const over = new AbortController();
      try {
        const tree = await ask(this.archive(over.signal, Math.max(plainMs, PATIENCE_MS)));
        if (tree && sameBranches(branchesOf(tree), expected)) this.relational.prove(shape, expected.instances.length);
        else this.relational.refute(shape);
      } catch {
        // The peer was not reached, or the connector is being closed: that says nothing of the question.
      } finally {
        over.abort();
        this.relational.endTrial(shape);
      }
    });
  }
}
