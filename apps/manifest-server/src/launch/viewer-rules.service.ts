import { Injectable } from '@nestjs/common';
import { type ViewerRule } from '@pacs-connectors/config-core';
import { ConnectorRegistry, LaunchError, modalitiesOf, ViewerRegistry } from '@pacs-connectors/connector-core';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { LaunchArchives, isIncomplete } from './launch-archives.service.js';
import { type LaunchRequest } from './launch-request.js';
import { ViewerSupportCheck } from './viewer-support.service.js';

/** The viewer that opens a launch if no rule applies. */
export const DEFAULT_VIEWER = 'WEASIS';

/** Chooses the viewer of launches that name none (`viewers.rules`). */
@Injectable()
export class ViewerRules {
  constructor(
    private readonly configuration: ServerConfiguration,
    private readonly registry: ConnectorRegistry,
    private readonly viewers: ViewerRegistry,
    private readonly archives: LaunchArchives,
    private readonly support: ViewerSupportCheck,
  ) {}

  /**
   * Returns the name of the viewer of the first rule that applies. Archives are searched only if a rule needs modalities and its
   * other conditions hold. Never rejects because of an archive.
   */
  async viewerFor(request: LaunchRequest): Promise<string> {
    const { rules } = this.configuration.global.viewers;
    if (request.direct) return DEFAULT_VIEWER;
    let studies: Promise<string[][] | undefined> | undefined;
    for (const { viewer, modalities, ...rule } of rules) {
      if (!this.supports(viewer, request) || !this.selectsArchives(rule, request)) continue;
      if (!modalities) return viewer;
      const found = await (studies ??= this.modalitiesOfStudies(request));
      if (found?.every((study) => study.some((modality) => modalities.includes(modality)))) return viewer;
    }
    return DEFAULT_VIEWER;
  }

  /** Whether a viewer is configured and supports the launch. */
  private supports(name: string, request: LaunchRequest): boolean {
    const viewer = this.viewers.get(name);
    if (!viewer) return false;
    try {
      this.support.check(viewer, request);
      return true;
    } catch (error) {
      if (error instanceof LaunchError) return false;
      throw error;
    }
  }

  private selectsArchives(
    { archives, minArchives = 0, maxArchives = Infinity }: Omit<ViewerRule, 'viewer' | 'modalities'>,
    request: LaunchRequest,
  ): boolean {
    const searched = this.archives.ids(request);
    if (searched.length < minArchives || searched.length > maxArchives) return false;
    return archives === undefined || searched.every((id) => archives.includes(id));
  }

  /**
   * Returns the modalities of each study that the archives find; `undefined` if nothing is found, or studies may be missing: an
   * archive failed, did not answer by its deadline, or has a configuration error.
   */
  private async modalitiesOfStudies(request: LaunchRequest): Promise<string[][] | undefined> {
    const { archives } = request.search;
    if (this.registry.missing(archives).length > 0) return undefined;
    const searches = this.registry.select(archives).map((one) => this.archives.search(one, request, 'series'));
    const results = await Promise.allSettled(searches);
    const studies: string[][] = [];
    for (const result of results) {
      if (result.status === 'rejected' || isIncomplete(result.value.notices)) return undefined;
      studies.push(...result.value.patients.flatMap((patient) => patient.studies.map(modalitiesOf)));
    }
    return studies.length > 0 ? studies.map((study) => study.map((modality) => modality.toUpperCase())) : undefined;
  }
}
