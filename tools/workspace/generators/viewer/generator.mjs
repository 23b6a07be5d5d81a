// `npx nx g @pacs-connectors/tools:viewer NAME` makes a package with the files that every viewer has.
import { generatePackage, schema } from '../generate-package.mjs';

/**
 * Writes `packages/viewer-NAME`.
 *
 * @throws Error if the name is not valid or is in use
 */
export default function viewerGenerator(tree, { name }) {
  // The settings of a viewer are below its name, beside the keys of the server and of our own viewers.
  const taken = Object.keys(schema().properties);
  return generatePackage(tree, { name, kind: 'viewer', templates: new URL('files', import.meta.url), taken });
}
