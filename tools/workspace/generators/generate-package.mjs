// What the generators of packages share.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatFiles, generateFiles, installPackagesTask, names } from '@nx/devkit';

/** The JSON Schema of the configuration with our own connectors and viewers. */
export const schema = () => JSON.parse(read('packages/config-core/schema/pacs-connectors.schema.json'));

/** Returns a name in the form in which names are compared: `dicom-web` is `DICOM_WEB`. */
const relaxed = (name) => name.replace(/[-_]/g, '').toLowerCase();

const read = (file) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');

/**
 * Writes `packages/KIND-NAME`.
 *
 * @param taken names that a package of this kind must not have
 * @throws Error if the name is not valid or is taken
 */
export async function generatePackage(tree, { name, kind, templates, taken }) {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    throw new Error(`"${name}" is not a name for a ${kind}: expected lower case letters and digits, words joined by -`);
  const folder = `packages/${kind}-${name}`;
  if (tree.exists(folder)) throw new Error(`${folder} exists already`);
  const used = taken.find((other) => relaxed(other) === relaxed(name));
  if (used !== undefined) throw new Error(`${used} is taken already: choose another name for the ${kind}`);
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
