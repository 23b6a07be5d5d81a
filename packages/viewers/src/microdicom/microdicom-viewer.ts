import { LaunchError, type Viewer, type ViewerLaunch } from '@pacs-connectors/connector-core';
import { configuredArchive } from '../address/configured-archive.js';
import { codes } from '../address/error-codes.js';
import { MicroDicomSettings } from './microdicom-settings.js';
import { microDicomUrl } from './microdicom-url.js';

/** MicroDicom searches archives by one identifier. */
export class MicroDicomViewer implements Viewer<MicroDicomSettings> {
  readonly name = 'MICRODICOM';
  readonly title = 'MicroDicom';
  readonly website = 'https://www.microdicom.com';
  readonly settings = MicroDicomSettings;
  readonly requiredKey = 'archives.<connector id>.url';
  readonly support = { severalArchives: true, filters: false };

  open(launch: ViewerLaunch, { protocol, context, archives }: MicroDicomSettings): string {
    const { criteria } = launch;
    // Another patient may have the same id from another issuer.
    if (criteria.patientIds.some(({ issuer, universalEntityId }) => issuer ?? universalEntityId))
      throw new LaunchError(
        'patientID',
        'has an issuer, and MicroDicom searches by the id alone. Name a study',
        codes['viewer.launch.unsupported'],
      );
    const configured = launch.archiveIds().map((id) => configuredArchive(archives, id, 'microdicom'));
    const question = { ...criteria, patientIds: criteria.patientIds.map(({ id }) => id) };
    return microDicomUrl({ protocol, context, archives: configured, question });
  }
}
