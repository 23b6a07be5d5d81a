import { fileURLToPath } from 'node:url';

/**
 * Path of the manifest's XML Schema (`schema/manifest.xsd` of this package). It defines types, order and required attributes by
 * the same tables as the value rules.
 */
export const MANIFEST_SCHEMA_FILE = fileURLToPath(new URL('../schema/manifest.xsd', import.meta.url));
