import { type GeneratorCallback, type Tree } from '@nx/devkit';

export default function connectorGenerator(tree: Tree, options: { name: string }): Promise<GeneratorCallback>;
