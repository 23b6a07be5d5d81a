import {
  checkConfiguration,
  type LoadedConfiguration,
  readConfiguration,
  renderEffective,
  renderProblem,
} from '@pacs-connectors/config-core';
import { type ConnectorPlugin, ConnectorRegistry, type LeftOutConnector } from '@pacs-connectors/connector-core';
import { requiredConfigurationFiles } from './configuration-files.js';
import { findPlugins } from './plugins.js';
import { type Terminal } from './terminal.js';

/** `pacs-connectors check`: the effective configuration to stdout, problems and a summary to stderr. */
export async function check(operands: readonly string[], { env, stdout, stderr }: Terminal): Promise<number> {
  const document = await readConfiguration(requiredConfigurationFiles(operands, env), env);
  const { plugins, problems: pluginProblems } = await findPlugins(document.plugins);
  const loaded = checkConfiguration(document, plugins);
  const { leftOut: refused, warnings } = await madeByPlugins(loaded, plugins);
  stdout.write(renderEffective(loaded));
  for (const problem of loaded.problems) stderr.write(`${problem.severity}: ${renderProblem(problem)}\n`);
  for (const problem of pluginProblems) stderr.write(`error: ${problem}\n`);
  for (const { id, reasons } of refused) stderr.write(`error: connector ${id}: ${reasons.join(' ')}\n`);
  const errors =
    loaded.problems.filter(({ severity }) => severity === 'error').length + pluginProblems.length + refused.length;
  for (const warning of warnings) stderr.write(`warning: ${warning}\n`);
  stderr.write(`${summary(loaded, refused, errors, warnings.length)}\n`);
  return errors > 0 ? 1 : 0;
}

/** What the plug-ins say of settings that are right one by one: those they cannot work with, and warnings. No archive is asked. */
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
): string {
  const usable = connectors.filter(({ id }) => refused.every((connector) => connector.id !== id));
  const unusable = [...leftOut, ...refused];
  const warnings = warningsOfPlugins + problems.filter(({ severity }) => severity === 'warning').length;
  return [
    `usable: ${named(usable)}`,
    ...(unusable.length > 0 ? [`left out: ${named(unusable)}`] : []),
    ...(problems.some(({ fatal }) => fatal) ? ['the server will not start: a key that guards it is wrong'] : []),
    `${count(errors, 'error')}, ${count(warnings, 'warning')}`,
  ].join('; ');
}

function named(connectors: readonly { id: string }[]): string {
  return connectors.map(({ id }) => id).join(', ') || 'no connector';
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
