import { type GeneratorCallback, type Tree } from '@nx/devkit';

/**
 * Writes `packages/KIND-NAME` from templates.
 *
 * @param options.kind `connector` or `viewer`.
 * @param options.templates URL of the folder `files` of the generator.
 * @throws Error if the name cannot be a package's name, or the package exists.
 */
export function generatePackage(
  tree: Tree,
  options: { name: string; kind: 'connector' | 'viewer'; templates: URL },
): Promise<GeneratorCallback>;
