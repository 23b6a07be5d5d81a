import { type GeneratorCallback, type Tree } from '@nx/devkit';

export default function viewerGenerator(tree: Tree, options: { name: string }): Promise<GeneratorCallback>;
