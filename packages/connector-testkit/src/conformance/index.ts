import { type ConformanceCase } from './conformance-case.js';
import { type OptionalAttribute } from './expectation.js';
import { filterCases } from './filters.js';
import { identifierCases } from './identifiers.js';
import { lifecycleCases } from './lifecycle.js';
import { literalValueCases } from './literal-values.js';
import { networkCases, type NetworkOptions } from './network.js';
import { type OpenConnector, withConnector } from './trial.js';

export { type ConformanceCase } from './conformance-case.js';
export { type NetworkOptions } from './network.js';
export { type OptionalAttribute } from './expectation.js';
export { type OpenConnector } from './trial.js';

export interface ConformanceOptions {
  /**
   * Attributes that this archive cannot hold or give; they are not looked at. Without `issuerOfPatientId`, patients of one id
   * are one patient. None unless told.
   */
  lacks?: readonly OptionalAttribute[];
  /** For an archive that is reached over TCP: also what happens when the network fails. */
  network?: NetworkOptions;
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
  const cases = [...identifierCases, ...literalValueCases, ...filterCases, ...lifecycleCases];
  return [
    ...cases.map(({ name, run }) => ({ name, run: () => withConnector(open, lacks, run) })),
    ...(options.network ? networkCases(options.network, lacks) : []),
  ];
}
