import { type GeneratorCallback, type Tree } from '@nx/devkit';

/**
 * Writes `packages/KIND-NAME` from templates.
 *
 * @param options.kind `connector` or `viewer`.
 * @param options.templates URL of the folder `files` of the generator.
 * @param options.taken names that the package must not have.
 * @throws Error if the name cannot be a package's name or is taken, or the package exists.
 */
export function generatePackage(
  tree: Tree,
  options: { name: string; kind: 'connector' | 'viewer'; templates: URL; taken: readonly string[] },
): Promise<GeneratorCallback>;
