import {
  checkConfiguration,
  ConfigurationError,
  type LoadedConfiguration,
  type Problem,
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
  const document = await readConfiguration(requiredConfigurationFiles(operands, env), env).catch(unreadable);
  if (document instanceof ConfigurationError) {
    const { problems } = document;
    write(problems, stderr);
    stderr.write(
      `the configuration cannot be read; ${counts(ofSeverity('error', problems), ofSeverity('warning', problems))}\n`,
    );
    return 1;
  }
  const { plugins, viewers, problems: pluginProblems } = await findPlugins(document.plugins);
  const loaded = checkConfiguration(document, plugins, viewers);
  const { leftOut: refused, warnings } = await madeByPlugins(loaded, plugins);
  stdout.write(renderEffective(loaded));
  write(loaded.problems, stderr);
  for (const problem of pluginProblems) stderr.write(`error: ${problem}\n`);
  for (const { id, reasons } of refused) stderr.write(`error: connector ${id}: ${reasons.join(' ')}\n`);
  const errors = ofSeverity('error', loaded.problems) + pluginProblems.length + refused.length;
  for (const warning of warnings) stderr.write(`warning: ${warning}\n`);
  const archives = samples && (await connectAll(document, plugins, samples, stderr));
  const ofConfiguration = summary(loaded, refused, errors, warnings.length, !archives);
  stderr.write(archives ? `Configuration: ${ofConfiguration}. ${ofArchives(archives)}\n` : `${ofConfiguration}\n`);
  return errors + (archives?.failed.length ?? 0) > 0 ? 1 : 0;
}

/** Returns the error of files that cannot be read. @throws any other error */
function unreadable(error: unknown): ConfigurationError {
  if (error instanceof ConfigurationError) return error;
  throw error;
}

function write(problems: readonly Problem[], stderr: NodeJS.WritableStream): void {
  for (const problem of problems) stderr.write(`${problem.severity}: ${renderProblem(problem)}\n`);
}

function ofSeverity(wanted: Problem['severity'], problems: readonly Problem[]): number {
  return problems.filter(({ severity }) => severity === wanted).length;
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
  const warnings = warningsOfPlugins + ofSeverity('warning', problems);
  const fatal = [...new Set(problems.filter((problem) => problem.fatal).map(({ key }) => key))];
  return [
    ...(nameUsable ? [`usable: ${named(usable)}`] : []),
    ...(unusable.length > 0 ? [`left out: ${named(unusable)}`] : []),
    ...(fatal.length > 0
      ? [
          `the server will not start until ${fatal.length === 1 ? 'this key is' : 'these keys are'} valid: ${fatal.join(', ')}`,
        ]
      : []),
    counts(errors, warnings),
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

function counts(errors: number, warnings: number): string {
  return `${count(errors, 'error')}, ${count(warnings, 'warning')}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
