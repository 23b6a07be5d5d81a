import { Injectable } from '@nestjs/common';
import {
  ConnectorError,
  ConnectorRegistry,
  LaunchError,
  type Viewer,
  type ViewerLaunch,
  ViewerRegistry,
} from '@pacs-connectors/connector-core';
import { LaunchedManifests } from '../cache/launched-manifests.js';
import { type Search } from '../search/search.js';
import { LaunchArchives, type LaunchedStudies } from './launch-archives.service.js';
import { DicomWebAddresses } from './dicom-web-addresses.service.js';
import { BuiltLaunchManifest, ExistingLaunchManifest } from './launch-manifest.js';
import { archiveProblem, launchError, launchProblem } from './launch-problems.js';
import { type Launch, type LaunchRequest } from './launch-request.js';
import { DEFAULT_VIEWER, ViewerRules } from './viewer-rules.service.js';
import { ViewerSupportCheck } from './viewer-support.service.js';

/** Opens launches in viewers. It knows the contract of viewers only. */
@Injectable()
export class Launches {
  constructor(
    private readonly viewers: ViewerRegistry,
    private readonly rules: ViewerRules,
    private readonly support: ViewerSupportCheck,
    private readonly registry: ConnectorRegistry,
    private readonly archives: LaunchArchives,
    private readonly dicomWeb: DicomWebAddresses,
    private readonly manifests: LaunchedManifests,
  ) {}

  /**
   * Opens a launch in the viewer that the request names, or that the rules choose.
   *
   * @throws BadParameters or ProblemError if it cannot be opened.
   */
  launch(request: LaunchRequest): Promise<Launch> {
    return orProblem(async () => {
      const viewer = this.viewer(request.search.viewer ?? (await this.rules.viewerFor(request)));
      const settings = this.support.check(viewer, request);
      const { search, direct } = request;
      const manifest = new BuiltLaunchManifest(request, this.manifests, this.registry.select(search.archives).length);
      let studies: LaunchedStudies | undefined;
      const only = (id: string) => this.connector(id);
      const launch: ViewerLaunch = {
        criteria: search.criteria,
        parameters: search.launch,
        direct,
        manifest,
        archiveIds: () => this.archives.searchableIds(request),
        archiveId: (subject = viewer.title) => this.archives.only(request, subject).id,
        studies: async (id) => (studies = await this.archives.studies(only(id), request)).uids,
        bearerToken: (id) => this.dicomWeb.callerToken(id, request),
        dicomWeb: (id, subject = viewer.title) => this.dicomWeb.of(only(id), request, subject),
      };
      const url = await viewer.open(launch, settings);
      return { viewer, url, key: manifest.key, found: studies?.found };
    });
  }

  /**
   * Opens a manifest that exists.
   *
   * @throws BadParameters or ProblemError if it cannot be opened.
   */
  open(search: Search, baseUrl: string, key: string): Promise<Launch> {
    return orProblem(async () => {
      const viewer = this.uploadViewer(search);
      const unavailable = () => {
        throw launchError('upload', 'is a manifest, so no archive is searched', 'server.launch.unsupported');
      };
      const launch: ViewerLaunch = {
        criteria: search.criteria,
        parameters: search.launch,
        direct: false,
        manifest: new ExistingLaunchManifest(baseUrl, key),
        archiveIds: unavailable,
        archiveId: unavailable,
        studies: unavailable,
        bearerToken: () => undefined,
        dicomWeb: unavailable,
      };
      const url = await viewer.open(launch, this.support.settingsOf(viewer));
      return { viewer, url, key };
    });
  }

  /** @throws BadParameters if the viewer of an upload does not open manifests. */
  checkUpload(search: Search): Promise<void> {
    return orProblem(async () => void this.uploadViewer(search));
  }

  private uploadViewer(search: Search): Viewer {
    const viewer = this.viewer(search.viewer ?? DEFAULT_VIEWER);
    if (!viewer.support.manifests)
      throw launchError('viewer', `is ${viewer.title}, which opens no manifest`, 'server.launch.unsupported');
    return viewer;
  }

  private viewer(name: string): Viewer {
    const viewer = this.viewers.get(name);
    if (!viewer)
      throw launchError('viewer', `must be one of ${this.viewers.names.join(', ')}`, 'server.viewer.unknown');
    return viewer;
  }

  private connector(id: string) {
    const connector = this.registry.get(id);
    if (!connector) throw new Error(`a viewer asked for the archive ${id}, which is not one of its launch`);
    return connector;
  }
}

/** Returns what `work` returns. @throws BadParameters or ProblemError instead of the errors of a launch */
async function orProblem<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LaunchError) throw launchProblem(error);
    if (error instanceof ConnectorError) throw archiveProblem(error);
    throw error;
  }
}
