import { Injectable } from '@nestjs/common';
import { readsDicomWebManifests, type WeasisSettings } from '@pacs-connectors/config-core';
import { ConnectorError, ConnectorRegistry, type PatientIdentifier } from '@pacs-connectors/connector-core';
import { LaunchError, type WeasisDicomWeb, weasisUrl } from '@pacs-connectors/manifest-builder';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { LaunchedManifests } from '../cache/launched-manifests.js';
import { ProblemError } from '../http/problem.js';
import { byToken, type Retrieval } from '../retrieval/retrieval.js';
import { Retrievals } from '../retrieval/retrievals.service.js';
import { BadParameters } from '../http/bad-parameters.js';
import { type Search } from '../search/search.js';
import { AskedArchives } from './asked-archives.service.js';
import { cannot, filterOf, type Launch, type LaunchRequest, missingKey, noAnswer } from './viewer-launch.js';

/** Weasis: opens a manifest, or asks an archive by DICOMweb itself. */
@Injectable()
export class WeasisLaunch {
  constructor(
    private readonly configuration: ServerConfiguration,
    private readonly manifests: LaunchedManifests,
    private readonly registry: ConnectorRegistry,
    private readonly archives: AskedArchives,
    private readonly retrievals: Retrievals,
  ) {}

  /** @throws BadParameters, ProblemError, LaunchError */
  async launch(request: LaunchRequest): Promise<Launch> {
    const { search, caller, baseUrl } = request;
    const command = this.command(search);
    const url = (opened: { manifestUrls: string[]; dicomWeb?: WeasisDicomWeb }) => weasisUrl({ ...command, ...opened });
    if (request.direct) return { url: url({ manifestUrls: [], dicomWeb: await this.dicomWeb(request) }) };
    if (search.launch.arg.length > 0) return { url: url({ manifestUrls: [] }) };
    const direct = await this.forOldRelease(request, (dicomWeb) => url({ manifestUrls: [], dicomWeb }));
    if (direct !== undefined) return { url: direct };
    const { criteria, archives, skipCache } = search;
    const parts = this.partsThatFit(search, (count) => url({ manifestUrls: manifestUrls(baseUrl, ANY_KEY, count) }));
    const question = { criteria, archives, caller, ...(parts > 1 && { parts }) };
    const key = await this.manifests.launch(question, { fresh: skipCache });
    // What is there already needs no parts: none would be waited for.
    const count = this.manifests.has(key) ? 1 : parts;
    return { url: url({ manifestUrls: manifestUrls(baseUrl, key, count) }), key };
  }

  /** One part for each archive that is asked, fewer where the address would be too long. */
  private partsThatFit({ archives }: Search, address: (count: number) => string): number {
    if (this.configuration.global.viewers.weasis?.parts === false) return 1;
    for (let count = this.registry.select(archives).length; count > 1; count--) {
      try {
        address(count);
        return count;
      } catch (error) {
        if (!(error instanceof LaunchError)) throw error;
      }
    }
    return 1;
  }

  /** Opens a manifest that is there already. @throws BadParameters, LaunchError */
  open(search: Search, baseUrl: string, key: string): Launch {
    return { url: weasisUrl({ ...this.command(search), manifestUrls: manifestUrls(baseUrl, key) }), key };
  }

  /** What the request and the configuration put into the command, whatever it opens. */
  private command({ launch }: Search) {
    const settings = this.configuration.global.viewers.weasis;
    if (!settings) throw missingKey('WEASIS', 'weasis (it has an error)');
    refuse(launch, settings);
    const { protocol, context, config, get, launchConfigurationUrl } = settings;
    return {
      command: { protocol, context, config, get },
      launchConfigurationUrl,
      commands: launch.arg,
      properties: launch.pro,
      user: launch.user,
      host: launch.host,
      client: launch.client,
      config: launch.config,
    };
  }

  /** The address with `launch=rs`, where the desktops' Weasis reads no DICOMweb manifest and this form can carry the launch. */
  private async forOldRelease(
    request: LaunchRequest,
    urlOf: (dicomWeb: WeasisDicomWeb) => string,
  ): Promise<string | undefined> {
    const release = this.configuration.global.viewers.weasis?.oldestRelease;
    if (release === undefined || readsDicomWebManifests(release)) return undefined;
    try {
      return urlOf(await this.dicomWeb(request));
    } catch (error) {
      // A manifest says what cannot be had, and opens what this form cannot carry.
      if ([BadParameters, ProblemError, LaunchError].some((type) => error instanceof type)) return undefined;
      throw error;
    }
  }

  /** The archive's address and the question, for Weasis to ask by itself. */
  private async dicomWeb(request: LaunchRequest): Promise<WeasisDicomWeb> {
    const { search, caller } = request;
    const connector = this.archives.only(request, 'launch=rs');
    if (this.registry.plugin(connector.type)?.queryMode !== 'DICOM_WEB')
      throw cannot('archive', `is of type ${connector.type}; launch=rs needs one that is asked by DICOMweb`);
    const filter = filterOf(search);
    if (filter !== undefined) throw cannot(filter, 'cannot be carried by launch=rs; launch a manifest');
    const { patientIds, studyInstanceUids, accessionNumbers, seriesInstanceUids, sopInstanceUids } = search.criteria;
    if (sopInstanceUids.length > 0) throw cannot('objectUID', 'cannot be carried by launch=rs; launch a manifest');
    const configuration = this.configuration.connector(connector.id);
    const { oauth2 } = configuration.retrieval;
    const oidcIssuer = byToken(configuration.retrieval) ? oauth2?.oidcIssuer : undefined;
    const { baseUrl, webLogin, bearerToken }: Retrieval =
      oauth2 && oidcIssuer !== undefined
        ? { baseUrl: oauth2.url }
        : await this.retrievals.of(configuration, caller, request.gone()).catch((error: unknown) => {
            throw noAnswer(ConnectorError.from(connector.id, error));
          });
    // A token ends soon; a password in an address would stay in histories.
    if (webLogin !== undefined || Object.keys(configuration.manifest.httpTags).length > 0)
      throw cannot('launch', 'cannot be rs for an archive whose images need a login or headers; launch a manifest');
    const pairs = (name: string, values: readonly string[]) => values.map((value) => [name, value] as const);
    const query = [
      ...pairs('patientID', patientIds.map(idWithIssuer)),
      ...pairs('studyUID', studyInstanceUids),
      ...pairs('accessionNumber', accessionNumbers),
      ...pairs('seriesUID', seriesInstanceUids),
    ];
    return { baseUrl, query, bearerToken, oidcIssuer };
  }
}

/** As long as any key. */
const ANY_KEY = 'K'.repeat(43);

function manifestUrls(baseUrl: string, key: string, parts = 1): string[] {
  const whole = `${baseUrl}/manifest?key=${key}`;
  return parts === 1 ? [whole] : Array.from({ length: parts }, (_, index) => `${whole}&part=${index + 1}`);
}

/** The ways into Weasis's command that this server has closed. */
function refuse({ arg, pro, config }: Search['launch'], allowed: WeasisSettings): void {
  const closed = (name: string) => cannot(name, `is switched off here (weasis.allow.${name})`);
  if (arg.length > 0 && !allowed.allowArg) throw closed('arg');
  if (pro.length > 0 && !allowed.allowPro) throw closed('pro');
  if (config !== undefined && !allowed.allowConfig) throw closed('config');
}

/**
 * A patient id as Weasis reads it: what follows `^^^` is asked as Issuer of Patient ID (0010,0021).
 *
 * @throws BadParameters where the issuer has a universal id, which Weasis cannot ask by: another issuer's patient may have
 *   the same id.
 */
function idWithIssuer({ id, issuer, universalEntityId }: PatientIdentifier): string {
  if (universalEntityId !== undefined)
    throw cannot('patientID', 'has an issuer with a universal id, which launch=rs cannot carry; launch a manifest');
  return issuer === undefined ? id : `${id}^^^${issuer}`;
}
