import { execFile } from 'node:child_process';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type GeneratorCallback, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { temporaryFolder } from '@pacs-connectors/test-services';
import { buildSettings, root } from '../build-settings.js';

const execute = promisify(execFile);

/** A package that a generator wrote, on disk in a workspace of its own, where it finds this workspace's packages. */
export interface GeneratedPackage {
  /** The workspace's folder. */
  workspace: string;
  /** The package's folder below it. */
  folder: string;
  /** Runs TypeScript on `tsconfig.json` or `tsconfig.lib.json`. @throws Error with its output */
  typescript(project: string): Promise<void>;
  remove(): Promise<void>;
}

/** Returns a workspace without packages, in memory. */
export function emptyWorkspace(): Tree {
  return createTreeWithEmptyWorkspace({ formatter: 'prettier' });
}

/**
 * Runs a generator and writes its package to a temporary folder.
 *
 * @param folder where the generator writes: `packages/viewer-NAME`.
 */
export async function generatedPackage(
  generator: (tree: Tree, options: { name: string }) => Promise<GeneratorCallback>,
  name: string,
  folder: string,
): Promise<GeneratedPackage> {
  const { path: workspace, remove } = await temporaryFolder('generator');
  const tree = emptyWorkspace();
  await generator(tree, { name });
  for (const { path, content } of tree.listChanges().filter((change) => change.path.startsWith(folder))) {
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await writeFile(join(workspace, path), content ?? '');
  }
  await copyFile(join(root, 'tsconfig.base.json'), join(workspace, 'tsconfig.base.json'));
  await symlink(join(root, 'node_modules'), join(workspace, 'node_modules'));
  for (const needed of buildSettings(folder, workspace).references)
    await symlink(join(root, needed), join(workspace, needed));
  const typescript = async (project: string) => {
    const command = [join(root, 'node_modules/typescript/bin/tsc'), '-p', project];
    await execute(process.execPath, command, { cwd: join(workspace, folder) }).catch((error: { stdout: string }) => {
      throw new Error(error.stdout);
    });
  };
  return { workspace, folder, typescript, remove };
}
