import { type Connector } from '@pacs-connectors/connector-core';
import { type OptionalAttribute } from './expectation.js';
import { filterCases } from './filters.js';
import { identifierCases } from './identifiers.js';
import { lifecycleCases } from './lifecycle.js';
import { literalValueCases } from './literal-values.js';
import { Trial } from './trial.js';

export { type OptionalAttribute } from './expectation.js';

/** A connector to an archive that holds `sampleArchive` and nothing else, and how to be rid of it. */
export interface OpenConnector {
  connector: Connector;
  /** Called once after the case; the connector may have been closed by then. */
  close(): Promise<void>;
}

export interface ConformanceOptions {
  /**
   * Attributes that this archive cannot hold or give; they are not looked at. Without `issuerOfPatientId`, patients of one id
   * are one patient. None unless told.
   */
  lacks?: readonly OptionalAttribute[];
}

/** One test: `run` rejects (with an AssertionError of node:assert where the connector is at fault). */
export interface ConformanceCase {
  name: string;
  run(): Promise<void>;
}

/**
 * What every connector has to do, whatever its archive language, as tests for any runner:
 *
 * ```ts
 * for (const { name, run } of conformanceCases(openConnector)) it(name, run, 60_000);
 * ```
 *
 * @param open makes a connector of its own for each case, so that one may close it.
 */
export function conformanceCases(
  open: () => Promise<OpenConnector>,
  options: ConformanceOptions = {},
): ConformanceCase[] {
  const lacks = new Set(options.lacks);
  return [...identifierCases, ...literalValueCases, ...filterCases, ...lifecycleCases].map(({ name, run }) => ({
    name,
    async run() {
      const { connector, close } = await open();
      try {
        await run(new Trial(connector, lacks));
      } finally {
        await close();
      }
    },
  }));
}
