/**
 * Identical work under way is done once: callers with one key share it, each under its own signal.
 *
 * A caller who leaves is rejected at once with the reason of its signal and takes nothing from the others; when the last one
 * has left, the work's own signal ends it, and the next caller starts anew.
 */
export class SingleFlight<Result> {
  private readonly flights = new Map<string, Flight<Result>>();

  /**
   * The result of `work`, started now or by an earlier caller with this `key`. The result is shared: nobody changes it.
   *
   * @param key holds everything that the result depends on, whoever asks included.
   */
  run(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    const flight = this.flights.get(key) ?? this.start(key, work);
    flight.callers++;
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(signal.reason as Error);
        if (--flight.callers > 0) return;
        this.forget(key, flight);
        flight.controller.abort(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      flight.result.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    });
  }

  private start(key: string, work: (signal: AbortSignal) => Promise<Result>): Flight<Result> {
    const controller = new AbortController();
    const flight: Flight<Result> = { controller, callers: 0, result: work(controller.signal) };
    this.flights.set(key, flight);
    const done = () => this.forget(key, flight);
    flight.result.then(done, done);
    return flight;
  }

  private forget(key: string, flight: Flight<Result>): void {
    if (this.flights.get(key) === flight) this.flights.delete(key);
  }
}

interface Flight<Result> {
  readonly controller: AbortController;
  readonly result: Promise<Result>;
  callers: number;
}
