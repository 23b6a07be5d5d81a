/**
 * Yields to the event loop during long work: call {@link due} often, and await {@link rest} when it returns true.
 *
 * It measures time, since the cost of a node differs. All paces of the process share one queue, and each turn of the event loop
 * serves one of them. However many manifests are being written, other work waits for at most one slice.
 */
export class Pace {
  private calls = 0;
  private end = 0;

  /** Whether the slice of time is used up, for inner loops. It reads the clock on every 32nd call. */
  due(): boolean {
    return (++this.calls & 31) === 0 && this.isOver();
  }

  /** Whether the slice of time is used up. */
  isOver(): boolean {
    return performance.now() >= this.end;
  }

  /** Waits for a new slice of time. Await it once before the work begins. */
  async rest(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (queue.push(resolve) === 1) setImmediate(serveOne);
    });
    this.end = performance.now() + SLICE_MS;
  }
}

/**
 * Measured with eight manifests at once: slices of 4, 2 and 1 ms take the same time in total. A shorter slice lets other work
 * wait less on a busy machine.
 */
const SLICE_MS = 2;

const queue: (() => void)[] = [];

function serveOne(): void {
  queue.shift()?.();
  if (queue.length > 0) setImmediate(serveOne);
}
