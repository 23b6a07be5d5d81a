import { ConnectorError } from '@pacs-connectors/connector-core';
import { type DicomWebSettings, type ServiceAccess } from './dicomweb-settings.js';
import { type WadoService } from '@pacs-connectors/wado-client';
import { codes } from './errors/error-codes.js';

/** A service and its credentials, by the settings. */
export interface Access {
  /** Address of the service, without a slash at the end of its path. Its query is part of every request. */
  baseUrl: URL;
  basic?: { login: string; password: string };
  oauth2?: { grant: 'client_credentials' | 'authorization_code'; oidcId: string };
  /** Requests are signed for this region and service of AWS. */
  aws?: { region: string; service: string };
  service: ServiceAccess;
}

/** Host of the DICOMweb service of AWS HealthImaging, with the region. */
const HEALTH_IMAGING = /^dicom-medical-imaging(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/;

/**
 * Returns the service that is queried: `qido-rs`, or `wado-rs` as a whole if `qido-rs` has no address. Credentials of the one are
 * never sent to the other.
 *
 * @throws ConnectorError (`misconfigured`) that names the key that is missing or wrong.
 */
export function queryAccess(id: string, settings: DicomWebSettings): Access {
  return accessOf(id, settings, [settings.qidoRs, settings.wadoRs]);
}

/**
 * Returns the service that images are retrieved from: `wado-uri` if it has an address, else `wado-rs`, or `qido-rs` as a whole.
 *
 * @throws ConnectorError (`misconfigured`) that names the key that is missing or wrong.
 */
export function imageAccess(id: string, settings: DicomWebSettings): Access & { wado: WadoService } {
  const { wadoUri } = settings;
  if (wadoUri && addressOf(wadoUri)) return { ...accessOf(id, settings, [wadoUri]), wado: 'wado-uri' };
  return { ...accessOf(id, settings, [settings.wadoRs, settings.qidoRs]), wado: 'wado-rs' };
}

function accessOf(id: string, settings: DicomWebSettings, services: readonly (ServiceAccess | undefined)[]): Access {
  const misconfigured = (code: keyof typeof codes, what: string, remedy: string) =>
    new ConnectorError(id, 'misconfigured', what, { code: codes[code], remedy });
  const service = services.find((candidate) => candidate && addressOf(candidate));
  const address = service && addressOf(service);
  if (!service || !address) {
    throw misconfigured(
      'dicomweb.address.missing',
      'the address of the DICOMweb service is missing.',
      'Set dicom-web-connector.qido-rs.authentication.basic.server.url or …oauth2.server.url.',
    );
  }
  const { protocol, hash, username, password } = new URL(address);
  if (!/^https?:$/.test(protocol) || hash) {
    throw misconfigured(
      'dicomweb.address.invalid',
      'the address of the DICOMweb service is not a plain http or https URL.',
      'Set the base URL, the part before /studies, without #.',
    );
  }
  if (username || password) {
    throw misconfigured(
      'dicomweb.address.contains-login',
      'the address of the DICOMweb service contains a login, and manifests and messages show addresses.',
      'Set authentication.basic.login and authentication.basic.password instead.',
    );
  }
  const baseUrl = new URL(address);
  baseUrl.pathname = baseUrl.pathname.replace(/\/+$/, '');
  const { basic } = service;
  const access: Access = { baseUrl, service };
  if (basic?.login !== undefined) access.basic = { login: basic.login, password: basic.password ?? '' };
  const region = HEALTH_IMAGING.exec(baseUrl.hostname)?.[1];
  const isAuthenticated =
    access.basic !== undefined ||
    usesOAuth2(service) ||
    Object.keys(service.httpHeaders ?? {}).some((name) => name.toLowerCase() === 'authorization');
  if (settings.aws || (region !== undefined && !isAuthenticated)) {
    if (isAuthenticated) {
      throw misconfigured(
        'dicomweb.aws.other-authentication',
        'queries cannot be signed for AWS and have another authentication too.',
        'Remove dicom-web-connector.aws, or the login, OAuth 2 or the header Authorization.',
      );
    }
    const { region: configured = region, service: name = 'medical-imaging' } = settings.aws ?? {};
    if (configured === undefined) {
      throw misconfigured(
        'dicomweb.aws.region-missing',
        `the AWS region is missing, and the host ${baseUrl.hostname} does not contain it.`,
        'Set dicom-web-connector.aws.region.',
      );
    }
    access.aws = { region: configured, service: name };
  }
  if (!usesOAuth2(service)) return access;
  const oidcId = service.oauth2?.oidcId;
  const registration = oidcId === undefined ? undefined : settings.oauth2Clients?.registrations[oidcId];
  if (oidcId === undefined || !registration) {
    throw misconfigured(
      'dicomweb.oauth2.registration-missing',
      `OAuth 2 is configured, but ${oidcId === undefined ? 'oidc-id' : `the registration ${oidcId}`} is missing.`,
      'Set oauth2.oidc-id to a name in spring.security.oauth2.client.registration.',
    );
  }
  access.oauth2 = { grant: registration.authorizationGrantType ?? 'authorization_code', oidcId };
  return access;
}

function usesOAuth2({ type, oauth2 }: ServiceAccess): boolean {
  return type === undefined ? oauth2?.url !== undefined || oauth2?.oidcId !== undefined : type === 'OAUTH2';
}

function addressOf(service: ServiceAccess): string | undefined {
  const { basic, oauth2, url } = service;
  return usesOAuth2(service) ? (oauth2?.url ?? url ?? basic?.url) : (basic?.url ?? url);
}
