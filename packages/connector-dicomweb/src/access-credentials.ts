import { ConnectorError } from '@pacs-connectors/connector-core';
import { ClientCredentials, OAuth2Error, registeredClient } from '@pacs-connectors/oauth2-client';
import { type Credentials, noCredentials } from '@pacs-connectors/wado-client';
import { awsCredentials } from './http/aws-credentials.js';
import { type DicomWebSettings } from './dicomweb-settings.js';
import { basicCredentials, callerCredentials, clientCredentials } from './http/credentials.js';
import { type Access } from './service-access.js';

/**
 * Returns the credentials of requests to a service by the settings.
 *
 * @param ca certificate authorities (PEM) that are trusted for the OAuth 2 provider; default: those of Node.js.
 * @throws ConnectorError (`oauth2.provider.misconfigured`) if the OAuth 2 client or its provider is incomplete;
 * (`dicomweb.aws.package-missing`) if a package is missing that signs requests.
 */
export function credentialsOf(
  id: string,
  { basic, oauth2, aws }: Access,
  settings: DicomWebSettings,
  ca?: string[],
): Credentials {
  if (aws) return awsCredentials(id, aws);
  const plain = basic ? basicCredentials(basic) : undefined;
  if (!oauth2) return plain ?? noCredentials;
  if (oauth2.grant === 'authorization_code') return callerCredentials(id, plain);
  try {
    const tokens = new ClientCredentials({ ...registeredClient(oauth2.oidcId, settings.oauth2Clients), ca });
    return clientCredentials(id, tokens);
  } catch (error) {
    if (!(error instanceof OAuth2Error)) throw error;
    throw new ConnectorError(id, 'misconfigured', `${error.message}.`, {
      code: error.code,
      remedy: error.remedy,
    });
  }
}
