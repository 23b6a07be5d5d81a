import { writeFile } from 'node:fs/promises';
import { checkConfiguration, readConfiguration, renderProblem, renderYaml } from '@pacs-connectors/config-core';
import { ConnectorRegistry, withCode } from '@pacs-connectors/connector-core';
import { findPlugins } from '../../boot/find-plugins.js';
import { codes } from '../../errors/error-codes.js';
import { type Terminal, UsageError } from '../../boot/terminal.js';
import { type Draft } from './draft.js';
import { readPropertyFiles } from './property-files.js';
import { allLines, translate } from './translate.js';

/**
 * Runs `pacs-connectors import`: it writes property files of the oldest server as YAML to stdout or a new file, and the result for each
 * line to stderr.
 *
 * @returns 0 if every line was taken or is not needed, 1 if a person has to decide something
 */
export async function importProperties(
  operands: readonly string[],
  output: string | undefined,
  { env, stdout, stderr }: Terminal,
): Promise<number> {
  if (operands.length === 0) throw new UsageError('name the .properties files to import');
  let files;
  try {
    files = await readPropertyFiles(operands);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    stderr.write(
      `${withCode(
        `${path ?? operands.join(', ')}: the file cannot be read (${code}). Name a file that this user may read.`,
        codes['server.import.file-unreadable'],
      )}\n`,
    );
    return 1;
  }
  const draft = translate(files);
  const lines = allLines(files);
  const text = render(
    draft,
    files.map(({ path }) => path),
  );
  const { problems, disabled } = await checkResult(draft, text, output ?? 'the YAML', env);
  for (const line of lines) stderr.write(`${line.toString()}\n`);
  const toDecide = [...draft.decisions, ...problems];
  for (const decision of toDecide) stderr.write(`to decide: ${decision}\n`);
  if (disabled.length > 0) stderr.write(`disabled archives (enabled: false): ${disabled.join(', ')}\n`);
  const open = lines.filter((line) => line.needsDecision).length;
  if (output === undefined) stdout.write(text);
  else if (!(await written(output, text, stderr))) return 1;
  stderr.write(`${lines.length} lines, ${open} of them to check; ${toDecide.length} other things to decide\n`);
  return open + toDecide.length > 0 ? 1 : 0;
}

function render({ tree, decisions }: Draft, paths: readonly string[]): string {
  const comments = [
    `From ${paths.join(', ')} by pacs-connectors import.`,
    ...decisions.map((what) => `To decide: ${what}`),
  ];
  return `${comments.map((comment) => `# ${comment.replace(/[\r\n]+/g, ' ')}\n`).join('')}${renderYaml(tree)}`;
}

/** Returns the problems that `pacs-connectors check` finds in the result, each with its line, and the disabled archives. */
async function checkResult(
  draft: Draft,
  text: string,
  name: string,
  env: NodeJS.ProcessEnv,
): Promise<{ problems: string[]; disabled: string[] }> {
  const document = await readConfiguration([{ name, text }], env);
  const { plugins, viewers } = await findPlugins([]);
  const checked = checkConfiguration(document, plugins, viewers);
  const registry = new ConnectorRegistry({ plugins, definitions: checked.connectors });
  await registry.close();
  const problems = [
    ...checked.problems.map((problem) => {
      const origin = draft.originOf(problem.key);
      return `${origin ? `${origin.place}: ` : ''}${renderProblem(problem)}`;
    }),
    ...registry.leftOut.map(({ id, reasons }) => `connector ${id}: ${reasons.join(' ')}`),
    ...registry.warnings,
  ];
  return { problems, disabled: checked.disabled.map(({ id }) => id) };
}

/** Writes a file that only its owner can read, since it may contain passwords. It does not overwrite a file. */
async function written(output: string, text: string, stderr: NodeJS.WritableStream): Promise<boolean> {
  try {
    await writeFile(output, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'EEXIST'
        ? 'the file exists. Name another file, or remove it'
        : `${code}. Name a file that can be written`;
    stderr.write(`${withCode(`${output} was not written: ${why}.`, codes['server.import.output-not-written'])}\n`);
    return false;
  }
}
