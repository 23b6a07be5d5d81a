import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the workspace. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

interface Manifest {
  name: string;
  private?: boolean;
  files?: string[];
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** The build settings in the `package.json` and `tsconfig.lib.json` of a package. Paths are relative to the workspace. */
export interface BuildSettings {
  folder: string;
  manifest: Manifest;
  /** The file with TypeScript's build state. */
  stateFile: string | undefined;
  /** The folders of the packages that are built before it. */
  references: string[];
}

/** Reads the build settings of the package in a folder of a workspace; default: this workspace. */
export function buildSettings(folder: string, workspace = root): BuildSettings {
  const read = (name: string) => JSON.parse(readFileSync(join(workspace, folder, name), 'utf8')) as unknown;
  const { compilerOptions = {}, references = [] } = read('tsconfig.lib.json') as {
    compilerOptions?: { composite?: boolean; tsBuildInfoFile?: string };
    references?: { path: string }[];
  };
  return {
    folder,
    manifest: read('package.json') as Manifest,
    stateFile: compilerOptions.composite ? compilerOptions.tsBuildInfoFile : undefined,
    references: references.map(({ path }) => normalize(join(folder, path, '..'))).sort(),
  };
}

/** Returns the build settings of all packages of this workspace that are built. */
export function builtPackages(): BuildSettings[] {
  return ['packages', 'apps', 'tools']
    .flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`))
    .filter((folder) => existsSync(join(root, folder, 'tsconfig.lib.json')))
    .map((folder) => buildSettings(folder));
}

/** Returns the folders of the workspace's packages that a package needs according to its `package.json`. */
export function neededFolders({ manifest }: BuildSettings): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = manifest;
  const needed = { ...dependencies, ...optionalDependencies, ...peerDependencies };
  return builtPackages()
    .filter((other) => other.manifest.name in needed)
    .map(({ folder }) => folder)
    .sort();
}
