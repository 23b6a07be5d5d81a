import { LaunchError, type Viewer, type ViewerLaunch } from '@pacs-connectors/connector-core';
import { configuredArchive } from '../address/configured-archive.js';
import { firstParameter } from '../address/identifier-parameters.js';
import { codes } from '../address/error-codes.js';
import { SlicerSettings } from './slicer-settings.js';
import { slicerUrl } from './slicer-url.js';

/** 3D Slicer opens one study of one archive. */
export class SlicerViewer implements Viewer<SlicerSettings> {
  readonly name = 'SLICER';
  readonly title = '3D Slicer';
  readonly website = 'https://www.slicer.org';
  readonly settings = SlicerSettings;
  readonly requiredKey = 'archives.<connector id>.url';
  readonly support = { severalArchives: false, filters: true };

  async open(launch: ViewerLaunch, { protocol, context, archives }: SlicerSettings): Promise<string> {
    const id = launch.archiveId();
    const archive = configuredArchive(archives, id, 'slicer');
    const studyInstanceUids = await launch.studies(id);
    if (studyInstanceUids.length > 1)
      throw new LaunchError(
        firstParameter(launch.criteria),
        `leads to ${studyInstanceUids.length} studies: 3D Slicer opens exactly one`,
        codes['viewer.launch.unsupported'],
      );
    return slicerUrl({
      protocol,
      context,
      dicomWebUrls: [archive.url],
      studyInstanceUids,
      bearerToken: launch.bearerToken(id),
    });
  }
}
