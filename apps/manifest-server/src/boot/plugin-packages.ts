import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Type } from '@nestjs/common';
import { resolve } from 'import-meta-resolve';
import { codes } from '../errors/error-codes.js';
import { codedAtEnd, type CodedMessage } from '../logging/coded-message.js';

/** The field of a `package.json` that marks a connector plug-in: the export whose default is its NestJS module. */
const MARKER = 'pacs-connectors';

export interface PluginModules {
  modules: Type[];
  /** Why packages could not be loaded, one sentence each. */
  problems: CodedMessage[];
}

/**
 * Returns the NestJS modules of the connector plug-ins. These are the server's own dependencies that have the marker, and the
 * packages that `connector.plugins` names. The latter may be installed beside the server or in the working directory.
 *
 * If a package cannot be loaded, only the connectors of its type are missing.
 */
export async function findPluginModules(
  named: readonly string[],
  workingDirectory = process.cwd(),
): Promise<PluginModules> {
  const own = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as PackageJson;
  const installed = Object.keys({ ...own.dependencies, ...own.optionalDependencies });
  const parents = [pathToFileURL(join(workingDirectory, 'package.json')).href, import.meta.url];
  const modules = new Set<Type>();
  const problems: CodedMessage[] = [];
  const add = async (source: string, load: () => Promise<Type | undefined>) => {
    try {
      const module = await load();
      if (module) modules.add(module);
    } catch (error) {
      problems.push(codedAtEnd(`${source}, ${reasonOf(error)}`, codes['server.plugin.not-loaded']));
    }
  };
  const plugins = new Set(installed);
  for (const name of installed)
    await add(`this server depends on ${name}`, async () => {
      const module = await ownPlugin(name);
      if (!module) plugins.delete(name);
      return module;
    });
  for (const name of [...new Set(named)].filter((name) => !plugins.has(name)))
    await add(`connector.plugins names ${name}`, () => namedPlugin(name, parents));
  return { modules: [...modules], problems };
}

interface PackageJson {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  [MARKER]?: { plugin?: string };
}

/** Returns the plug-in of one of the server's own dependencies; `undefined` if it is not a plug-in. */
async function ownPlugin(name: string): Promise<Type | undefined> {
  const entry = (await findPackage(name, import.meta.url))?.[MARKER]?.plugin;
  return entry === undefined ? undefined : moduleOf(await import(specifierOf(name, entry)), entry);
}

/** Returns the plug-in of a package that the configuration names. It is searched from each of `parents` in turn. */
async function namedPlugin(name: string, parents: string[]): Promise<Type> {
  if (!PACKAGE_NAME.test(name)) throw new PluginProblem('which is not the name of a package.');
  for (const parent of parents) {
    const manifest = await findPackage(name, parent);
    if (!manifest) continue;
    const entry = manifest[MARKER]?.plugin;
    if (entry === undefined)
      throw new PluginProblem(
        `which is not a connector plug-in: its package.json has no "${MARKER}": { "plugin": … }.`,
      );
    return moduleOf(await import(resolve(specifierOf(name, entry), parent)), entry);
  }
  throw new PluginProblem(`which is not installed. Remedy: npm install ${name}`);
}

const PACKAGE_NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;

/** Completes "connector.plugins names X, …". */
class PluginProblem extends Error {}

function reasonOf(error: unknown): string {
  if (error instanceof PluginProblem) return error.message;
  return `which cannot be loaded: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
}

function specifierOf(name: string, entry: string): string {
  return join(name, entry);
}

function moduleOf(exported: { default?: unknown }, entry: string): Type {
  if (typeof exported.default !== 'function')
    throw new PluginProblem(`whose export ${entry} does not have a NestJS module as its default.`);
  return exported.default as Type;
}

/** Returns the `package.json` that a module at `parent` finds for `name`, even if the package does not export it. */
async function findPackage(name: string, parent: string): Promise<PackageJson | undefined> {
  const folders = createRequire(fileURLToPath(parent)).resolve.paths(name) ?? [];
  for (const folder of folders) {
    try {
      return JSON.parse(await readFile(join(folder, name, 'package.json'), 'utf8')) as PackageJson;
    } catch (error) {
      if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return undefined;
}
