import {
  ConnectorError,
  LaunchError,
  type PatientIdentifier,
  type SearchCriteria,
  type Viewer,
  type ViewerLaunch,
  type ViewerParameters,
} from '@pacs-connectors/connector-core';
import { codes } from '../address/error-codes.js';
import { checkProperties } from './weasis-properties.js';
import { readsDicomWebManifests } from './weasis-release.js';
import { WeasisSettings } from './weasis-settings.js';
import { type WeasisDicomWeb, type WeasisLaunch, weasisUrl } from './weasis-url.js';

/** Weasis opens a manifest, or searches one archive itself by DICOMweb (`launch=rs`). */
export class WeasisViewer implements Viewer<WeasisSettings> {
  readonly name = 'WEASIS';
  readonly title = 'Weasis';
  readonly website = 'https://weasis.org';
  readonly settings = WeasisSettings;
  readonly support = { severalArchives: true, filters: true, manifests: true, direct: true };

  async open(launch: ViewerLaunch, settings: WeasisSettings): Promise<string> {
    const { manifest, parameters, direct } = launch;
    const command = commandOf(parameters, settings);
    const urlOf = (opened: Pick<WeasisLaunch, 'manifestUrls' | 'dicomWeb'>) => weasisUrl({ ...command, ...opened });
    if (direct) return urlOf({ manifestUrls: [], dicomWeb: await dicomWebOf(launch) });
    if (parameters.arg.length > 0) return urlOf({ manifestUrls: [] });
    const { oldestRelease, parts } = settings;
    if (oldestRelease !== undefined && !readsDicomWebManifests(oldestRelease)) {
      const url = await orManifest(async () => urlOf({ manifestUrls: [], dicomWeb: await dicomWebOf(launch) }));
      if (url !== undefined) return url;
    }
    const fits = (count: number) => {
      try {
        return Boolean(urlOf({ manifestUrls: manifest.sampleAddresses(count) }));
      } catch (error) {
        if (error instanceof LaunchError) return false;
        throw error;
      }
    };
    let count = parts ? manifest.maxParts : 1;
    while (count > 1 && !fits(count)) count--;
    return urlOf({ manifestUrls: await manifest.addresses(Math.max(count, 1)) });
  }
}

/** Returns a launch address; `undefined` if this form is not possible: a manifest opens it, and says what is missing. */
async function orManifest(urlOf: () => Promise<string>): Promise<string | undefined> {
  try {
    return await urlOf();
  } catch (error) {
    if (error instanceof LaunchError || error instanceof ConnectorError) return undefined;
    throw error;
  }
}

/**
 * Returns what the request and the settings put into the command, whatever it opens.
 *
 * @throws LaunchError (`viewer.parameter.disabled`)
 */
function commandOf(parameters: ViewerParameters, settings: WeasisSettings): Omit<WeasisLaunch, 'manifestUrls'> {
  const { arg, pro, config } = parameters;
  const disabled = (name: string) =>
    new LaunchError(
      name,
      `is disabled on this server (weasis.allow.${name}). Leave it out`,
      codes['viewer.parameter.disabled'],
    );
  if (arg.length > 0 && !settings.allowArg) throw disabled('arg');
  if (pro.length > 0 && !settings.allowPro) throw disabled('pro');
  checkProperties(pro, settings.allowedProperties);
  if (config !== undefined && !settings.allowConfig) throw disabled('config');
  const { user, host, client } = parameters;
  const { protocol, context, launchConfigurationUrl } = settings;
  return {
    command: { protocol, context, config: settings.config, get: settings.get },
    launchConfigurationUrl,
    commands: arg,
    properties: pro,
    user,
    host,
    client,
    config,
  };
}

const FORM = 'launch=rs';

/** Returns the archive's address and the search, for Weasis to search itself. */
async function dicomWebOf(launch: ViewerLaunch): Promise<WeasisDicomWeb> {
  const { criteria } = launch;
  const id = launch.archiveId(FORM);
  const [filter] = Object.entries(criteria.filters).find(([, value]) => value !== undefined) ?? [];
  const unsupported = filter ?? (criteria.sopInstanceUids.length > 0 ? 'objectUID' : undefined);
  if (unsupported !== undefined)
    throw new LaunchError(
      unsupported,
      `cannot be passed by ${FORM}. Launch a manifest`,
      codes['viewer.launch.unsupported'],
    );
  return { ...(await launch.dicomWeb(id, FORM)), query: queryOf(criteria) };
}

function queryOf(criteria: SearchCriteria): WeasisDicomWeb['query'] {
  const pairs = (name: string, values: readonly string[]) => values.map((value) => [name, value] as const);
  return [
    ...pairs('patientID', criteria.patientIds.map(idWithIssuer)),
    ...pairs('studyUID', criteria.studyInstanceUids),
    ...pairs('accessionNumber', criteria.accessionNumbers),
    ...pairs('seriesUID', criteria.seriesInstanceUids),
  ];
}

/**
 * Returns a patient id in the form that Weasis reads: it searches by the part after `^^^` as Issuer of Patient ID (0010,0021).
 *
 * @throws LaunchError if the issuer has a universal id, by which Weasis cannot search. Another issuer's patient may have the same
 *   id.
 */
function idWithIssuer({ id, issuer, universalEntityId }: PatientIdentifier): string {
  if (universalEntityId !== undefined)
    throw new LaunchError(
      'patientID',
      `has an issuer with a universal id, which ${FORM} cannot pass to Weasis. Launch a manifest`,
      codes['viewer.address.value-unusable'],
    );
  return issuer === undefined ? id : `${id}^^^${issuer}`;
}
