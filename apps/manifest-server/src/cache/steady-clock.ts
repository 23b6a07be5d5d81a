/**
 * A clock that shows the wall clock's time (ms since the epoch) and never goes back. After somebody has set the wall clock back, it
 * advances with the clock of the process. Durations that are measured with it therefore always end.
 */
export class SteadyClock {
  private latest = Date.now();
  private readAt = performance.now();

  now(): number {
    const monotonic = performance.now();
    this.latest = Math.max(Date.now(), this.latest + Math.max(0, monotonic - this.readAt));
    this.readAt = monotonic;
    return this.latest;
  }
}
