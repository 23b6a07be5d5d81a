import { LaunchError } from '@pacs-connectors/connector-core';
import { codes } from './error-codes.js';

/**
 * Returns the settings of an archive in the keys of a viewer.
 *
 * @param prefix of the viewer's keys: `slicer`.
 * @throws LaunchError (`viewer.archive.not-configured`) if the keys do not have the archive.
 */
export function configuredArchive<Settings>(
  archives: Readonly<Record<string, Settings>>,
  id: string,
  prefix: string,
): Settings {
  // An archive may have the id of a property of every object.
  const archive = Object.hasOwn(archives, id) ? archives[id] : undefined;
  if (archive) return archive;
  throw new LaunchError(
    'viewer',
    `cannot open archive ${id}: the key ${prefix}.archives.${id}.url is missing`,
    codes['viewer.archive.not-configured'],
  );
}
