import { type Viewer, type ViewerLaunch } from '@pacs-connectors/connector-core';
import { OhifSettings } from './ohif-settings.js';
import { ohifUrl } from './ohif-url.js';

/** OHIF opens studies of one archive. Its data source has the archive's id. */
export class OhifViewer implements Viewer<OhifSettings> {
  readonly name = 'OHIF';
  readonly title = 'OHIF';
  readonly website = 'https://ohif.org';
  readonly inBrowser = true;
  readonly settings = OhifSettings;
  readonly requiredKey = 'server.url';
  readonly support = { severalArchives: false, filters: true };

  /**
   * If the launch names series or images alone, OHIF shows only those series of their study. If it names studies too, OHIF shows
   * the series and images first.
   */
  async open(launch: ViewerLaunch, settings: OhifSettings): Promise<string> {
    const archive = launch.archiveId();
    const { patientIds, studyInstanceUids, accessionNumbers, seriesInstanceUids, sopInstanceUids } = launch.criteria;
    const wider = [patientIds, studyInstanceUids, accessionNumbers, sopInstanceUids];
    return ohifUrl({
      baseUrl: settings.url,
      dataSource: archive,
      studyInstanceUids: await launch.studies(archive),
      seriesInstanceUids: wider.every((list) => list.length === 0) ? seriesInstanceUids : undefined,
      initialSeriesInstanceUid: seriesInstanceUids[0],
      initialSopInstanceUid: sopInstanceUids[0],
      bearerToken: launch.bearerToken(archive),
      tokenInQuery: settings.tokenAuthQueryParam,
    });
  }
}
