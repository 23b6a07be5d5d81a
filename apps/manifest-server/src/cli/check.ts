import {
  checkConfiguration,
  type LoadedConfiguration,
  readConfiguration,
  renderEffective,
  renderProblem,
} from '@pacs-connectors/config-core';
import { type ConnectorPlugin, ConnectorRegistry, type LeftOutConnector } from '@pacs-connectors/connector-core';
import { type Samples } from './connect/archive-check.js';
import { type CheckedArchives, connectAll } from './connect/connect.js';
import { requiredConfigurationFiles } from './configuration-files.js';
import { findPlugins } from '../boot/find-plugins.js';
import { type Terminal } from '../boot/terminal.js';

/**
 * Runs `pacs-connectors check`: it writes the effective configuration to stdout, problems and a summary to stderr.
 *
 * @param samples if set, the archives are checked too, with these patients and studies or any
 * @returns 0, or 1 if something is an error
 */
export async function check(
  operands: readonly string[],
  samples: Samples | undefined,
  { env, stdout, stderr }: Terminal,
): Promise<number> {
  const document = await readConfiguration(requiredConfigurationFiles(operands, env), env);
  const { plugins, viewers, problems: pluginProblems } = await findPlugins(document.plugins);
  const loaded = checkConfiguration(document, plugins, viewers);
  const { leftOut: refused, warnings } = await madeByPlugins(loaded, plugins);
  stdout.write(renderEffective(loaded));
  for (const problem of loaded.problems) stderr.write(`${problem.severity}: ${renderProblem(problem)}\n`);
  for (const problem of pluginProblems) stderr.write(`error: ${problem}\n`);
  for (const { id, reasons } of refused) stderr.write(`error: connector ${id}: ${reasons.join(' ')}\n`);
  const errors =
    loaded.problems.filter(({ severity }) => severity === 'error').length + pluginProblems.length + refused.length;
  for (const warning of warnings) stderr.write(`warning: ${warning}\n`);
  const archives = samples && (await connectAll(document, plugins, samples, stderr));
  const ofConfiguration = summary(loaded, refused, errors, warnings.length, !archives);
  stderr.write(archives ? `Configuration: ${ofConfiguration}. ${ofArchives(archives)}\n` : `${ofConfiguration}\n`);
  return errors + (archives?.failed.length ?? 0) > 0 ? 1 : 0;
}

/** Returns the connectors that the plug-ins refuse, and their warnings about settings. It does not connect to archives. */
async function madeByPlugins(
  { connectors: definitions }: LoadedConfiguration,
  plugins: readonly ConnectorPlugin[],
): Promise<Pick<ConnectorRegistry, 'leftOut' | 'warnings'>> {
  const registry = new ConnectorRegistry({ plugins, definitions });
  await registry.close();
  return registry;
}

function summary(
  { connectors, leftOut, problems }: LoadedConfiguration,
  refused: readonly LeftOutConnector[],
  errors: number,
  warningsOfPlugins: number,
  nameUsable: boolean,
): string {
  const usable = connectors.filter(({ id }) => refused.every((connector) => connector.id !== id));
  const unusable = [...leftOut, ...refused];
  const warnings = warningsOfPlugins + problems.filter(({ severity }) => severity === 'warning').length;
  return [
    ...(nameUsable ? [`usable: ${named(usable)}`] : []),
    ...(unusable.length > 0 ? [`left out: ${named(unusable)}`] : []),
    ...(problems.some(({ fatal }) => fatal) ? ['the server will not start: a key that guards it is wrong'] : []),
    `${count(errors, 'error')}, ${count(warnings, 'warning')}`,
  ].join('; ');
}

function ofArchives({ working, untried, failed }: CheckedArchives): string {
  const counts = [
    `${working.length} ${working.length === 1 ? 'works' : 'work'}`,
    ...(untried.length > 0 ? [`${untried.length} not tried completely (${untried.join(', ')})`] : []),
    ...(failed.length > 0
      ? [`${failed.length} ${failed.length === 1 ? 'has' : 'have'} an error (${failed.join(', ')})`]
      : []),
  ];
  return `Archives: ${counts.join(', ')}.`;
}

function named(connectors: readonly { id: string }[]): string {
  return connectors.map(({ id }) => id).join(', ') || 'no connector';
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
