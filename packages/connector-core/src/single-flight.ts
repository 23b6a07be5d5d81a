import { SharedWork } from './shared-work.js';

/** Runs identical work once at a time: callers with the same key share its result, each with its own signal. */
export class SingleFlight<Result> {
  private readonly flights = new Map<string, SharedWork<Result>>();

  /**
   * Returns the result of `work`, which this caller or an earlier one with the same `key` has started. Callers share the result
   * and must not change it.
   *
   * @param key contains everything that the result depends on, including who asks
   * @throws the reason of `signal`, as soon as it aborts; otherwise what the work throws
   */
  run(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    const flight = this.flights.get(key);
    return (flight && !flight.cancelled ? flight : this.start(key, work)).wait(signal);
  }

  private start(key: string, work: (signal: AbortSignal) => Promise<Result>): SharedWork<Result> {
    const flight = new SharedWork(work);
    this.flights.set(key, flight);
    void flight.settled.then(() => {
      if (this.flights.get(key) === flight) this.flights.delete(key);
    });
    return flight;
  }
}
