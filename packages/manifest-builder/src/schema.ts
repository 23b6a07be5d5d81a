import { fileURLToPath } from 'node:url';

/**
 * The file of the manifest's XML Schema (`schema/manifest.xsd` of this package): types, order and what is required, written
 * from the same tables as the value rules.
 */
export const MANIFEST_SCHEMA_FILE = fileURLToPath(new URL('../schema/manifest.xsd', import.meta.url));
