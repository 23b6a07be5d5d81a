import { plainProblem, ProblemError } from './problem.js';

/** How long a request waits until its body may be read, milliseconds. */
const LONGEST_WAIT_MS = 10_000;

/** Limits the bytes of all bodies that are being read or used. Requests beyond it wait in their order, and are then refused. */
export class BodyBudget {
  private used = 0;
  private readonly queue: { bytes: number; start(): void }[] = [];

  /** @param limit bytes. A single larger body is read alone. */
  constructor(
    private readonly limit: number,
    private readonly longestWaitMs = LONGEST_WAIT_MS,
  ) {}

  /**
   * Waits until there is room for a body.
   *
   * @returns gives the room back
   * @throws ProblemError 503 with Retry-After
   */
  async take(size: number): Promise<() => void> {
    const bytes = Math.min(size, this.limit);
    if (this.queue.length > 0 || this.used + bytes > this.limit) await this.turn(bytes);
    else this.used += bytes;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.used -= bytes;
      this.startNext();
    };
  }

  private turn(bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry = { bytes, start: () => (clearTimeout(timer), resolve()) };
      const timer = setTimeout(() => {
        this.queue.splice(this.queue.indexOf(entry), 1);
        this.startNext();
        reject(
          new ProblemError(
            plainProblem(
              503,
              'The server is reading other large requests. Send this one again later.',
              'server.request.not-possible-now',
            ),
            { 'retry-after': '5' },
          ),
        );
      }, this.longestWaitMs);
      this.queue.push(entry);
    });
  }

  private startNext(): void {
    for (let next = this.queue[0]; next && this.used + next.bytes <= this.limit; next = this.queue[0]) {
      this.queue.shift();
      this.used += next.bytes;
      next.start();
    }
  }
}
