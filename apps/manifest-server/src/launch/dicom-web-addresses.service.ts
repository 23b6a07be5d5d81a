import { Injectable } from '@nestjs/common';
import { type Connector, ConnectorRegistry, type DicomWebAddress } from '@pacs-connectors/connector-core';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { byToken, type Retrieval } from '../retrieval/retrieval.js';
import { Retrievals } from '../retrieval/retrievals.service.js';
import { launchError } from './launch-problems.js';
import { type LaunchRequest } from './launch-request.js';

/** Where viewers search archives by DICOMweb. */
@Injectable()
export class DicomWebAddresses {
  constructor(
    private readonly registry: ConnectorRegistry,
    private readonly configuration: ServerConfiguration,
    private readonly retrievals: Retrievals,
  ) {}

  /** @throws LaunchError if the archive is not searched by DICOMweb. */
  require({ type }: Connector, subject: string): void {
    if (this.registry.plugin(type)?.queryMode !== 'DICOM_WEB')
      throw launchError(
        'archive',
        `is of type ${type}; ${subject} needs an archive that is searched by DICOMweb`,
        'server.launch.dicomweb-needed',
      );
  }

  /**
   * Returns where and how a viewer searches an archive.
   *
   * @throws LaunchError if the archive is not searched by DICOMweb, or its images need a login or headers.
   * @throws ConnectorError if its token cannot be obtained.
   */
  async of(connector: Connector, { caller, gone }: LaunchRequest, subject: string): Promise<DicomWebAddress> {
    this.require(connector, subject);
    const configuration = this.configuration.connector(connector.id);
    const { oauth2 } = configuration.retrieval;
    const oidcIssuer = byToken(configuration.retrieval) ? oauth2?.oidcIssuer : undefined;
    const { baseUrl, webLogin, bearerToken }: Retrieval =
      oauth2 && oidcIssuer !== undefined
        ? { baseUrl: oauth2.url }
        : await this.retrievals.of(configuration, caller, gone());
    // A token expires soon; a password in an address would stay in histories.
    if (webLogin !== undefined || Object.keys(configuration.manifest.httpTags).length > 0)
      throw launchError(
        'archive',
        `cannot be opened by ${subject}: its images need a login or headers. Launch a manifest`,
        'server.launch.login-needed',
      );
    return { baseUrl, bearerToken, oidcIssuer };
  }

  /** Returns the caller's token if the images of an archive are retrieved with one. */
  callerToken(id: string, { caller }: LaunchRequest): string | undefined {
    return byToken(this.configuration.connector(id).retrieval) ? caller.bearerToken : undefined;
  }
}
