// `npx nx g @pacs-connectors/tools:connector NAME` makes a package with the files that every connector has.
import { generatePackage, schema } from '../generate-package.mjs';

/**
 * Writes `packages/connector-NAME`.
 *
 * @throws Error if the name is not valid or is in use
 */
export default function connectorGenerator(tree, { name }) {
  const taken = Object.keys(schema().definitions)
    .filter((definition) => definition.startsWith('connector-'))
    .map((definition) => definition.slice('connector-'.length));
  return generatePackage(tree, { name, kind: 'connector', templates: new URL('files', import.meta.url), taken });
}
