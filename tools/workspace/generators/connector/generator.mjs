// `npx nx g @pacs-connectors/tools:connector NAME`: a package of the shape that every connector has.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatFiles, generateFiles, installPackagesTask, names } from '@nx/devkit';

/**
 * Writes `packages/connector-NAME`.
 *
 * @throws Error where the name cannot be one of a package, or is taken.
 */
export default async function connectorGenerator(tree, { name }) {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new Error(`"${name}" is no name for a connector: expected lower case letters and digits, words joined by -`);
  }
  const folder = `packages/connector-${name}`;
  if (tree.exists(folder)) throw new Error(`${folder} is there already`);
  const core = JSON.parse(
    readFileSync(new URL('../../../../packages/connector-core/package.json', import.meta.url), 'utf8'),
  );
  const { className, constantName, propertyName } = names(name);
  generateFiles(tree, fileURLToPath(new URL('files', import.meta.url)), folder, {
    name,
    className,
    propertyName,
    type: constantName,
    version: core.version,
    classValidator: core.dependencies['class-validator'],
    nestjs: core.peerDependencies['@nestjs/common'],
  });
  await formatFiles(tree);
  // npm links the new package.
  return () => installPackagesTask(tree, true);
}
