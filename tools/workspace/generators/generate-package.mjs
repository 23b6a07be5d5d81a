// What the generators of packages share.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatFiles, generateFiles, installPackagesTask, names } from '@nx/devkit';

const read = (file) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');

export async function generatePackage(tree, { name, kind, templates }) {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    throw new Error(`"${name}" is not a name for a ${kind}: expected lower case letters and digits, words joined by -`);
  const folder = `packages/${kind}-${name}`;
  if (tree.exists(folder)) throw new Error(`${folder} exists already`);
  const core = JSON.parse(read('packages/connector-core/package.json'));
  const { className, constantName, propertyName } = names(name);
  generateFiles(tree, fileURLToPath(templates), folder, {
    name,
    className,
    propertyName,
    type: constantName,
    version: core.version,
    classValidator: core.dependencies['class-validator'],
    nestjs: core.peerDependencies['@nestjs/common'],
    repository: JSON.stringify({ ...core.repository, directory: folder }),
    homepage: core.homepage?.replace('packages/connector-core', folder),
  });
  tree.write(`${folder}/LICENSE`, read('LICENSE'));
  await formatFiles(tree);
  // The README shows the examples after they are formatted, so that both copies are the same.
  const readme = `${folder}/README.md`;
  const show = (_, file) => {
    const language = file.endsWith('.ts') ? 'ts' : 'yaml';
    return `\`\`\`${language}\n${tree.read(`${folder}/examples/${file}`, 'utf8')}\`\`\``;
  };
  tree.write(readme, tree.read(readme, 'utf8').replace(/<!-- (.*) -->/g, show));
  // npm links the new package.
  return () => installPackagesTask(tree, true);
}
