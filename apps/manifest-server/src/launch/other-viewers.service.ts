import { Injectable } from '@nestjs/common';
import { IDENTIFIER_KINDS } from '@pacs-connectors/connector-core';
import { microDicomUrl, ohifUrl, slicerUrl } from '@pacs-connectors/manifest-builder';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { byToken } from '../retrieval/retrieval.js';
import { AskedArchives } from './asked-archives.service.js';
import { cannot, filterOf, identifierOf, type Launch, type LaunchRequest, missingKey } from './viewer-launch.js';

/** The viewers that ask an archive themselves and read no manifest. Each gives the launch address of a request. */
@Injectable()
export class OtherViewers {
  constructor(
    private readonly configuration: ServerConfiguration,
    private readonly archives: AskedArchives,
  ) {}

  /**
   * OHIF, on studies of one archive; its data source has the archive's id. Where the request names series or objects alone,
   * their study is narrowed to them; beside studies they are shown first.
   */
  async ohif(request: LaunchRequest): Promise<Launch> {
    const settings = this.configuration.global.viewers.ohif;
    if (!settings) throw missingKey('OHIF', 'ohif.server.url');
    const connector = this.archives.only(request, 'OHIF');
    const { criteria } = request.search;
    const { seriesInstanceUids: series, sopInstanceUids: objects } = criteria;
    const { uids: studyInstanceUids, found } = await this.archives.studies(connector, request);
    const wider = [criteria.patientIds, criteria.studyInstanceUids, criteria.accessionNumbers, objects];
    const url = ohifUrl({
      baseUrl: settings.url,
      dataSource: connector.id,
      studyInstanceUids,
      seriesInstanceUids: wider.every((list) => list.length === 0) ? series : undefined,
      initialSeriesInstanceUid: series[0],
      initialSopInstanceUid: objects[0],
      bearerToken: this.tokenFor(connector.id, request),
      tokenInQuery: settings.tokenAuthQueryParam,
    });
    return { url, found };
  }

  /** 3D Slicer, on one study of one archive. */
  async slicer(request: LaunchRequest): Promise<Launch> {
    const settings = this.configuration.global.viewers.slicer;
    if (!settings) throw missingKey('SLICER', 'slicer.archives.<connector id>.url');
    const connector = this.archives.only(request, '3D Slicer');
    const archive = own(settings.archives, connector.id);
    if (!archive) throw missingKey('SLICER', `slicer.archives.${connector.id}.url`);
    const { uids: studyInstanceUids, found } = await this.archives.studies(connector, request);
    const { length } = studyInstanceUids;
    if (length > 1)
      throw cannot(identifierOf(request.search), `leads to ${length} studies: 3D Slicer opens exactly one`);
    const url = slicerUrl({
      protocol: settings.protocol,
      context: settings.context,
      dicomWebUrls: [archive.url],
      studyInstanceUids,
      bearerToken: this.tokenFor(connector.id, request),
    });
    return { url, found };
  }

  /** The caller's token, where the images of this archive are retrieved with one. */
  private tokenFor(id: string, { caller }: LaunchRequest): string | undefined {
    return byToken(this.configuration.connector(id).retrieval) ? caller.bearerToken : undefined;
  }

  /** MicroDicom, by one identifier at every archive that the request asks. */
  microDicom(request: LaunchRequest): string {
    const settings = this.configuration.global.viewers.microdicom;
    if (!settings) throw missingKey('MICRODICOM', 'microdicom.archives.<connector id>.url');
    const { criteria } = request.search;
    const filter = filterOf(request.search);
    if (filter !== undefined)
      throw cannot(filter, 'cannot be handed on to MicroDicom, which asks by an identifier alone');
    const count = IDENTIFIER_KINDS.reduce((sum, kind) => sum + criteria[kind].length, 0);
    if (count > 1)
      throw cannot(
        identifierOf(request.search),
        `is one of ${count} identifiers: MicroDicom opens exactly one patient, study, accession number, series or object`,
      );
    // Another patient may have the same id from another issuer.
    if (criteria.patientIds.some(({ issuer, universalEntityId }) => issuer ?? universalEntityId))
      throw cannot('patientID', 'has an issuer, and MicroDicom asks by the identifier alone; name a study');
    const archives = this.archives.ids(request).map((id) => {
      const archive = own(settings.archives, id);
      if (!archive) throw missingKey('MICRODICOM', `microdicom.archives.${id}.url`);
      return archive;
    });
    const { protocol, context } = settings;
    return microDicomUrl({
      protocol,
      context,
      archives,
      question: { ...criteria, patientIds: criteria.patientIds.map(({ id }) => id) },
    });
  }
}

function own<Value>(values: Record<string, Value>, name: string): Value | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
