/**
 * Gives the event loop back while something long is worked through: ask {@link due} often, and await {@link rest} where it
 * says so.
 *
 * By time, not by count, since the cost of a node differs. All paces of the process share one queue, and each turn of the
 * event loop serves one of them: however many manifests are being written, everything else waits for one slice at most.
 */
export class Pace {
  private asked = 0;
  private end = 0;

  /** Whether the slice of time is used up; for inner loops: the clock is looked at once in 32 times. */
  due(): boolean {
    return (++this.asked & 31) === 0 && this.late();
  }

  /** Whether the slice of time is used up. */
  late(): boolean {
    return performance.now() >= this.end;
  }

  /** Resolves when it is this pace's turn again, with a new slice. Await it once before the work begins. */
  async rest(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (queue.push(resolve) === 1) setImmediate(serveOne);
    });
    this.end = performance.now() + SLICE_MS;
  }
}

/**
 * Measured with eight manifests at once: slices of 4, 2 and 1 ms take the same time in all; the shorter, the less a busy
 * machine stretches the wait of everything else.
 */
const SLICE_MS = 2;

const queue: (() => void)[] = [];

function serveOne(): void {
  queue.shift()?.();
  if (queue.length > 0) setImmediate(serveOne);
}
