import { codes } from './errors/error-codes.js';
import { type Fault } from './errors/fault.js';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorCode, openFileLimit } from '@pacs-connectors/connector-core';
import { ConfigurationError, type Problem } from './document/problems.js';
import { type ReaderContext, readerContext } from './reader/context.js';
import { readSettings } from './reader/read-settings.js';
import { ConnectorKeys } from './settings/global-configuration.js';
import { type Environment } from './values/environment.js';
import { type Found, type MapNode, mergeNodes } from './document/node.js';
import { moveOldConfig } from './document/old-config.js';
import { isProperties } from './document/properties.js';
import { parseYaml } from './document/yaml.js';

/** A configuration file or folder, by its path; or a text, with the name that problems show. */
export type ConfigurationSource = string | { name: string; text: string };

/** The merged configuration files, before they are checked against the settings of the archive languages. */
export interface ConfigurationDocument {
  /** The merged keys. */
  root: Found<MapNode>;
  /** The packages in `connector.plugins`. Their plug-ins are needed to check the rest. */
  plugins: string[];
  /** The variables for placeholders and ciphers. */
  env: Environment;
  /** The warnings of reading. */
  problems: Problem[];
  /** A hash of the texts and problems of the files. */
  fingerprint: string;
}

/** The texts of configuration files, before they are parsed. */
export interface ConfigurationTexts {
  texts: Text[];
  /** Files that cannot be read. */
  problems: Problem[];
  /** A hash of the texts and problems. */
  fingerprint: string;
}

/**
 * Reads and merges YAML files; a later file overrides an earlier one. Of a folder it reads `*.yml` and `*.yaml`, by name.
 *
 * @throws ConfigurationError with all files that cannot be read and all errors of their YAML
 */
export async function readConfiguration(
  sources: readonly ConfigurationSource[],
  env: Environment = process.env,
): Promise<ConfigurationDocument> {
  return parseConfiguration(await readTexts(sources), env);
}

/** Reads configuration files. A file that cannot be read is a problem, not an exception. */
export async function readTexts(sources: readonly ConfigurationSource[]): Promise<ConfigurationTexts> {
  const problems: Problem[] = [];
  const texts = (await Promise.all(sources.map((source) => readSource(source, problems)))).flat();
  problems.sort((a, b) => (a.file < b.file ? -1 : 1));
  const content = JSON.stringify([texts.map(({ text }) => text), problems]);
  return { texts, problems, fingerprint: createHash('sha256').update(content).digest('base64url') };
}

/**
 * Parses and merges the texts of configuration files.
 *
 * @throws ConfigurationError with all files that could not be read and all errors of the YAML
 */
export function parseConfiguration(
  { texts, problems: unreadable, fingerprint }: ConfigurationTexts,
  env: Environment = process.env,
): ConfigurationDocument {
  const problems = [...unreadable];
  const warnings: Problem[] = [];
  const place = { file: texts.at(-1)?.name ?? '', line: 1, column: 1 };
  let root: MapNode = { kind: 'map', place, order: -1, entries: new Map() };
  texts.forEach(({ name, text }, index) => {
    const parsed = parseYaml(name, text, index);
    for (const problem of parsed.problems) (problem.severity === 'error' ? problems : warnings).push(problem);
    if (parsed.root) root = mergeNodes(root, moveOldConfig(parsed.root, warnings)) as MapNode;
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
  const scope: Found<MapNode> = { node: root, key: '', keyPlace: place };
  return { root: scope, plugins: readPlugins(readerContext(scope, env)), env, problems: warnings, fingerprint };
}

/** Reads `connector.plugins`. Its problems are reported when the whole configuration is checked. */
function readPlugins(context: ReaderContext): string[] {
  return readSettings(ConnectorKeys, [context.root], context).instance.plugins;
}

interface Text {
  name: string;
  text: string;
}

async function readSource(source: ConfigurationSource, problems: Problem[]): Promise<Text[]> {
  if (typeof source !== 'string') return [source];
  try {
    if (!(await stat(source)).isDirectory()) return [{ name: source, text: await readText(source) }];
    const names = (await readdir(source)).filter((name) => /^[^.].*\.ya?ml$/i.test(name)).sort();
    if (names.length === 0) problems.push(folderWithoutYaml(source, await readdir(source)));
    const files = names.map((name) => join(source, name));
    return await Promise.all(files.map(async (name) => ({ name, text: await readText(name) })));
  } catch (error) {
    const limit = openFileLimit(error);
    const expected = 'a readable YAML file in UTF-8, or a folder of them';
    const found = limit ? `that it cannot be opened: ${limit.message}` : reasonOf(error);
    const fault = limit
      ? { code: limit.code, found, expected: `${expected}. ${limit.remedy}` }
      : { code: codeOf(error), found, expected };
    problems.push(problemOfFile(source, fault));
    return [];
  }
}

/** Reads a file as UTF-8. A properties file may be in ISO-8859-1, so that its format is reported, not its encoding. */
async function readText(file: string): Promise<string> {
  const bytes = await readFile(file);
  const latin1 = bytes.toString('latin1');
  return isProperties(file, latin1) ? latin1 : new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

function folderWithoutYaml(folder: string, names: readonly string[]): Problem {
  const code = codes['configuration.folder.without-yaml'];
  if (!names.some((name) => isProperties(name, ''))) {
    return problemOfFile(folder, { code, found: 'a folder without *.yml or *.yaml', expected: 'at least one' });
  }
  const command = `pacs-connectors import ${join(folder, '*.properties')}`;
  const expected = `*.yml or *.yaml; convert them: ${command}`;
  return problemOfFile(folder, { code, found: 'a folder of Java properties files', expected });
}

function problemOfFile(file: string, fault: Fault): Problem {
  return { severity: 'error', file, key: '', ...fault };
}

function codeOf(error: unknown): ErrorCode {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? codes['configuration.file.not-found'] : codes['configuration.file.unreadable'];
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EACCES') return 'a file that this user may not read';
  return code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'a file that is not UTF-8' : `an error (${String(code)})`;
}
