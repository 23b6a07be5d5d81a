import { Injectable } from '@nestjs/common';
import { identifierKindsOf, type Viewer, viewerKey } from '@pacs-connectors/connector-core';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { parameterOf } from '../search/search-parameters.js';
import { LaunchArchives } from './launch-archives.service.js';
import { DicomWebAddresses } from './dicom-web-addresses.service.js';
import { launchError } from './launch-problems.js';
import { filterOf, type LaunchRequest } from './launch-request.js';

/** Checks whether a viewer supports a launch. */
@Injectable()
export class ViewerSupportCheck {
  constructor(
    private readonly configuration: ServerConfiguration,
    private readonly archives: LaunchArchives,
    private readonly dicomWeb: DicomWebAddresses,
  ) {}

  /**
   * Returns the settings of a viewer.
   *
   * @throws LaunchError if its required key is missing, or one of its settings has an error.
   */
  settingsOf(viewer: Viewer): object {
    const settings = this.configuration.global.viewerSettings[viewer.name];
    if (settings) return settings;
    const key = viewerKey(viewer);
    const { requiredKey } = viewer;
    const fault =
      requiredKey === undefined || this.configuration.hasErrorBelow(key)
        ? `${key} has an error`
        : `${key}.${requiredKey} is missing`;
    throw launchError(
      'viewer',
      `is ${viewer.name}, which is not configured on this server: the key ${fault}`,
      'server.viewer.not-configured',
    );
  }

  /**
   * Checks a launch against what the viewer supports, before any archive is searched.
   *
   * @returns the viewer's settings.
   * @throws LaunchError if the viewer cannot open the launch.
   */
  check(viewer: Viewer, request: LaunchRequest): object {
    const { support, title } = viewer;
    const unsupported = (parameter: string | string[], detail: string) =>
      launchError(parameter, detail, 'server.launch.unsupported');
    if (request.direct && !support.direct) throw unsupported('launch', `is rs, which ${title} does not support`);
    const settings = this.settingsOf(viewer);
    const kinds = identifierKindsOf(request.search.criteria).filter(
      (kind) => support.identifiers?.includes(kind) === false,
    );
    if (kinds.length > 0) throw unsupported(kinds.map(parameterOf), `cannot be passed to ${title}`);
    const filter = filterOf(request.search);
    if (filter !== undefined && !support.filters)
      throw unsupported(filter, `cannot be passed to ${title}, which has no filters`);
    if (!support.severalArchives || support.dicomWeb) {
      const connector = this.archives.only(request, title);
      if (support.dicomWeb) this.dicomWeb.require(connector, title);
    } else if (!support.manifests) this.archives.searchableIds(request);
    return settings;
  }
}
