import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MODULES = fileURLToPath(new URL('../../../../node_modules/', import.meta.url));

/**
 * Installs a connector plug-in in the folder of a site, beside NestJS and our packages.
 *
 * @param source its NestJS entry, an ES module
 * @returns the package's folder
 */
export async function installPluginPackage(site: string, name: string, source: string): Promise<string> {
  const modules = join(site, 'node_modules');
  const own = join(modules, name);
  await mkdir(own, { recursive: true });
  for (const scope of ['@nestjs', '@pacs-connectors']) await link(join(MODULES, scope), join(modules, scope));
  await writeFile(
    join(own, 'package.json'),
    JSON.stringify({
      name,
      version: '1.0.0',
      type: 'module',
      exports: { './nestjs': './nestjs.js' },
      'pacs-connectors': { plugin: './nestjs' },
    }),
  );
  await writeFile(join(own, 'nestjs.js'), source);
  return own;
}

/** A symbolic link, unless there is one already. */
export async function link(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}
