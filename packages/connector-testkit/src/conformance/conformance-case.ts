/** A test. `run` rejects with an AssertionError of node:assert if the connector is at fault. */
export interface ConformanceCase {
  name: string;
  run(): Promise<void>;
}
