import { configurationJsonSchema, configurationReference, readConfiguration } from '@pacs-connectors/config-core';
import { type ConnectorPlugin, type Viewer } from '@pacs-connectors/connector-core';
import { configurationFiles } from './configuration-files.js';
import { findPlugins } from '../boot/find-plugins.js';
import { type Terminal, UsageError } from '../boot/terminal.js';

/** Runs `pacs-connectors schema`: it prints the JSON Schema of the configuration for all installed archive languages and viewers. */
export function schema(operands: readonly string[], terminal: Terminal): Promise<number> {
  return print('schema', operands, terminal, (plugins, viewers) =>
    JSON.stringify(configurationJsonSchema(plugins, viewers), null, 2),
  );
}

/** Runs `pacs-connectors keys`: it prints every key with its meaning, as Markdown. */
export function keys(operands: readonly string[], terminal: Terminal): Promise<number> {
  return print('keys', operands, terminal, configurationReference);
}

async function print(
  command: string,
  operands: readonly string[],
  { env, stdout, stderr }: Terminal,
  describe: (plugins: readonly ConnectorPlugin[], viewers: readonly Viewer[]) => string,
): Promise<number> {
  if (operands.length > 0) throw new UsageError(`${command} takes no operand`);
  const document = await readConfiguration(configurationFiles([], env), env);
  const { plugins, viewers, problems } = await findPlugins(document.plugins);
  for (const problem of problems) stderr.write(`error: ${problem}\n`);
  stdout.write(`${describe(plugins, viewers).trimEnd()}\n`);
  return problems.length > 0 ? 1 : 0;
}
