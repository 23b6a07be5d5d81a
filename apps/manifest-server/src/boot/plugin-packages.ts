import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type Type } from '@nestjs/common';

/** The field of a `package.json` that marks a connector plug-in: the export whose default is its NestJS module. */
const MARKER = 'pacs-connectors';

/**
 * The NestJS modules of the connector plug-ins: those among this server's own dependencies, told by their marker, and the
 * packages named by `connector.plugins`.
 *
 * @throws Error where a named package is not installed or is no plug-in.
 */
export async function findPluginModules(named: readonly string[]): Promise<Type[]> {
  const own = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as PackageJson;
  const installed = Object.keys({ ...own.dependencies, ...own.optionalDependencies });
  const found = await Promise.all(installed.map((name) => pluginModule(name, false)));
  const listed = await Promise.all(named.map((name) => pluginModule(name, true)));
  return [...new Set([...found, ...listed].filter((module) => module !== undefined))];
}

interface PackageJson {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  [MARKER]?: { plugin?: string };
}

async function pluginModule(name: string, named: boolean): Promise<Type | undefined> {
  const manifest = await readPackageJson(name);
  const entry = manifest?.[MARKER]?.plugin;
  if (!entry) {
    if (!named) return undefined;
    throw new Error(
      manifest
        ? `connector.plugins names ${name}, which is no connector plug-in (its package.json has no "${MARKER}": { "plugin": … })`
        : `connector.plugins names ${name}, which is not installed. Remedy: npm install ${name}`,
    );
  }
  const exported = (await import(`${name}/${entry.replace(/^\.\//, '')}`)) as { default?: Type };
  if (!exported.default) throw new Error(`the connector plug-in ${name} has no default export in ${entry}`);
  return exported.default;
}

async function readPackageJson(name: string): Promise<PackageJson | undefined> {
  const require = createRequire(import.meta.url);
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return JSON.parse(
        await readFile(new URL(`${name}/package.json`, pathToFileURL(`${folder}/`)), 'utf8'),
      ) as PackageJson;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return undefined;
}
