import { ConnectorError } from '@pacs-connectors/connector-core';
import { type DicomWebSettings, type ServiceAccess } from './dicomweb-settings.js';

/** Which service is queried and how, read out of the settings. */
export interface QueryAccess {
  /** Address of the service, no slash at the end. */
  baseUrl: URL;
  basic?: { login: string; password: string };
  oauth2?: { grant: 'client_credentials' | 'authorization_code'; oidcId: string };
  service: ServiceAccess;
}

/**
 * The service that is queried: `qido-rs`, or `wado-rs` as a whole where that has no address; credentials of the one are never
 * sent to the other.
 *
 * @throws ConnectorError (`misconfigured`) naming the key that is missing or wrong.
 */
export function queryAccess(id: string, settings: DicomWebSettings): QueryAccess {
  const misconfigured = (what: string, remedy: string) => new ConnectorError(id, 'misconfigured', what, { remedy });
  const service = [settings.qidoRs, settings.wadoRs].find((candidate) => candidate && addressOf(candidate));
  const address = service && addressOf(service);
  if (!service || !address) {
    throw misconfigured(
      'the address of the DICOMweb service is not configured.',
      'Set dicom-web-connector.qido-rs.authentication.basic.server.url or …oauth2.server.url.',
    );
  }
  const { protocol, hash, search, username, password } = new URL(address);
  if (!/^https?:$/.test(protocol) || hash || search) {
    throw misconfigured(
      'the address of the DICOMweb service is no plain http or https URL.',
      'Give the base URL that /studies follows, without ? and #.',
    );
  }
  if (username || password) {
    throw misconfigured(
      'the address of the DICOMweb service holds a login.',
      'Give it by authentication.basic.login and .password: an address stands in manifests and messages.',
    );
  }
  const baseUrl = new URL(address.replace(/\/+$/, ''));
  const { basic } = service;
  const access: QueryAccess = { baseUrl, service };
  if (basic?.login !== undefined) access.basic = { login: basic.login, password: basic.password ?? '' };
  if (!usesOAuth2(service)) return access;
  const oidcId = service.oauth2?.oidcId;
  const registration = oidcId === undefined ? undefined : settings.oauth2Clients?.registrations[oidcId];
  if (oidcId === undefined || !registration) {
    throw misconfigured(
      `OAuth 2 is asked for, and ${oidcId === undefined ? 'no oidc-id is given' : `the registration ${oidcId} is not there`}.`,
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
