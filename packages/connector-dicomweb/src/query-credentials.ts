import { ConnectorError } from '@pacs-connectors/connector-core';
import { ClientCredentials, OAuth2Error } from '@pacs-connectors/oauth2-client';
import { type Dispatcher, fetch } from 'undici';
import { type DicomWebSettings } from './dicomweb-settings.js';
import {
  basicCredentials,
  callerCredentials,
  clientCredentials,
  type Credentials,
  noCredentials,
} from './http/credentials.js';
import { type QueryAccess } from './service-access.js';

/**
 * How queries show who asks, by the settings.
 *
 * @param dispatcher connections to the OAuth 2 provider, by which its certificate is trusted.
 * @throws ConnectorError (`misconfigured`) where the OAuth 2 client or its provider is not complete.
 */
export function queryCredentials(
  id: string,
  { basic, oauth2 }: QueryAccess,
  settings: DicomWebSettings,
  dispatcher: Dispatcher,
): Credentials {
  const plain = basic ? basicCredentials(basic) : undefined;
  if (!oauth2) return plain ?? noCredentials;
  if (oauth2.grant === 'authorization_code') return callerCredentials(id, plain);
  const { registrations = {}, providers = {} } = settings.oauth2Clients ?? {};
  const registration = registrations[oauth2.oidcId];
  const provider = providers[registration?.provider ?? oauth2.oidcId];
  try {
    const tokens = new ClientCredentials({
      issuerUri: provider?.issuerUri,
      tokenUri: provider?.tokenUri,
      clientId: registration?.clientId ?? '',
      clientSecret: registration?.clientSecret,
      scope: registration?.scope.join(' ') || undefined,
      fetch: async (url, init) => {
        const { body, headers, method, signal } = init;
        const form = body instanceof URLSearchParams ? body.toString() : undefined;
        const response = await fetch(url, { method, headers, body: form, signal, redirect: 'manual', dispatcher });
        return response as unknown as Response;
      },
    });
    return clientCredentials(id, tokens);
  } catch (error) {
    if (!(error instanceof OAuth2Error)) throw error;
    throw new ConnectorError(id, 'misconfigured', `${error.message}.`, { remedy: error.remedy });
  }
}
