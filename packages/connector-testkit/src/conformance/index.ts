import { type ErrorTable } from '@pacs-connectors/connector-core';
import { type ConformanceCase } from './conformance-case.js';
import { type OptionalAttribute } from './expectation.js';
import { filterCases } from './filters.js';
import { identifierCases } from './identifiers.js';
import { lifecycleCases } from './lifecycle.js';
import { literalValueCases } from './literal-values.js';
import { networkCases, type NetworkOptions } from './network.js';
import { type ImageArchives } from './image-archive.js';
import { retrievalCases } from './retrieval.js';
import { type ScriptedArchives } from './scripted-archive.js';
import { scriptedCases } from './scripted-cases.js';
import { type OpenConnector, withConnector } from './trial.js';

export { type ConformanceCase } from './conformance-case.js';
export * from './image-archive.js';
export { type NetworkOptions } from './network.js';
export * from './scripted-archive.js';
export { type OptionalAttribute } from './expectation.js';
export { type OpenConnector } from './trial.js';

/** Options of {@link conformanceCases}. */
export interface ConformanceOptions {
  /**
   * Attributes that this archive lacks; the tests ignore them. Without `issuerOfPatientId`, patients with the same id are one
   * patient. Default: none.
   */
  lacks?: readonly OptionalAttribute[];
  /**
   * The error table of the connector's package. With it, each notice must have a code of this table or of connector-core. Without
   * it, a notice needs no code.
   */
  errors?: ErrorTable;
  /** For an archive that is reached over TCP: adds tests of a faulty network. */
  network?: NetworkOptions;
  /** Opens archives that answer in other ways than they should: adds tests that no study is lost silently. */
  scripted?: ScriptedArchives;
  /** Opens archives with images: adds the tests of `Connector.retrieve`. Left out if the connector does not retrieve. */
  images?: ImageArchives;
}

/**
 * Returns the tests that every connector must pass, whatever its archive language, for any test runner:
 *
 * ```ts
 * for (const { name, run } of conformanceCases(openConnector)) it(name, run, 60_000);
 * ```
 *
 * @param open makes a new connector for each test, which the test may close
 */
export function conformanceCases(
  open: () => Promise<OpenConnector>,
  options: ConformanceOptions = {},
): ConformanceCase[] {
  const archive = { lacks: new Set(options.lacks), errors: options.errors };
  const cases = [...identifierCases, ...literalValueCases, ...filterCases, ...lifecycleCases];
  return [
    ...cases.map(({ name, run }) => ({ name, run: () => withConnector(open, archive, run) })),
    ...(options.scripted ? scriptedCases(options.scripted, archive) : []),
    ...(options.images ? retrievalCases(options.images, archive) : []),
    ...(options.network ? networkCases(options.network, archive) : []),
  ];
}
