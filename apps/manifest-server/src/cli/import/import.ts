import { writeFile } from 'node:fs/promises';
import { checkConfiguration, readConfiguration, renderProblem, renderYaml } from '@pacs-connectors/config-core';
import { ConnectorRegistry } from '@pacs-connectors/connector-core';
import { findPlugins } from '../../boot/find-plugins.js';
import { type Terminal, UsageError } from '../../boot/terminal.js';
import { type Draft } from './draft.js';
import { readPropertyFiles } from './property-files.js';
import { allLines, translate } from './translate.js';

/**
 * `pacs-connectors import`: property files of the oldest server as YAML to stdout or a new file, and what became of each line to
 * stderr.
 *
 * @returns 0 where every line was taken or is not needed, 1 where a person has to look at something
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
      `${path ?? operands.join(', ')}: the file cannot be read (${code}). Name a file that this user may read.\n`,
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
  const open = lines.filter((line) => line.needsSomebody).length;
  if (output === undefined) stdout.write(text);
  else if (!(await written(output, text, stderr))) return 1;
  stderr.write(`${lines.length} lines, ${open} of them to look at; ${toDecide.length} other things to decide\n`);
  return open + toDecide.length > 0 ? 1 : 0;
}

function render({ tree, decisions }: Draft, paths: readonly string[]): string {
  const comments = [
    `From ${paths.join(', ')} by pacs-connectors import.`,
    ...decisions.map((what) => `To decide: ${what}`),
  ];
  return `${comments.map((comment) => `# ${comment.replace(/[\r\n]+/g, ' ')}\n`).join('')}${renderYaml(tree)}`;
}

/** What `pacs-connectors check` says of the result, each with the line that it comes from, and the disabled archives. */
async function checkResult(
  draft: Draft,
  text: string,
  name: string,
  env: NodeJS.ProcessEnv,
): Promise<{ problems: string[]; disabled: string[] }> {
  const document = await readConfiguration([{ name, text }], env);
  const { plugins } = await findPlugins([]);
  const checked = checkConfiguration(document, plugins);
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

/** Writes a file that only its owner may read: it may hold passwords. An existing one is not overwritten. */
async function written(output: string, text: string, stderr: NodeJS.WritableStream): Promise<boolean> {
  try {
    await writeFile(output, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'EEXIST'
        ? 'it is there already. Name another file, or remove it'
        : `${code}. Name a file that can be written`;
    stderr.write(`${output} was not written: ${why}.\n`);
    return false;
  }
}
