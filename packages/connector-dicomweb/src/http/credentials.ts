import { ConnectorError } from '@pacs-connectors/connector-core';
import { type ClientCredentials, OAuth2Error, oauth2Errors } from '@pacs-connectors/oauth2-client';
import { type Credentials, fixedCredentials } from '@pacs-connectors/wado-client';
import { codes } from '../errors/error-codes.js';

/** Returns credentials by HTTP Basic (RFC 7617), in UTF-8. */
export function basicCredentials({ login, password }: { login: string; password: string }): Credentials {
  return fixedCredentials(`Basic ${Buffer.from(`${login}:${password}`, 'utf8').toString('base64')}`);
}

/** Returns credentials by our own bearer token. */
export function clientCredentials(connectorId: string, tokens: ClientCredentials): Credentials {
  return {
    async authorization(_, signal) {
      try {
        return `Bearer ${await tokens.token(signal)}`;
      } catch (error) {
        if (!(error instanceof OAuth2Error)) throw error;
        const { code, kind, message, remedy } = error;
        throw new ConnectorError(connectorId, kind, message, { code, remedy, cause: error });
      }
    },
    refused(authorization) {
      tokens.refused(authorization.slice('Bearer '.length));
      return true;
    },
    timeoutError: new ConnectorError(
      connectorId,
      'timeout',
      `the OAuth 2 provider ${tokens.provider} issued no token before the deadline`,
      {
        code: oauth2Errors.codes['oauth2.provider.silent'],
        remedy: 'Check whether the provider is overloaded.',
      },
    ),
    ofCaller: false,
    own: true,
  };
}

/** Returns credentials by the caller's own bearer token; by `otherwise` if the request has none. */
export function callerCredentials(connectorId: string, otherwise: Credentials | undefined): Credentials {
  return {
    authorization(callerToken, signal) {
      if (callerToken !== undefined) return Promise.resolve(`Bearer ${callerToken}`);
      if (otherwise) return otherwise.authorization(undefined, signal);
      return Promise.reject(
        new ConnectorError(
          connectorId,
          'refused',
          'the archive requires the token of the caller, and the request has none',
          {
            code: codes['dicomweb.token.missing'],
            tokenNeeded: true,
            remedy: 'Log in, or send the token as Authorization: Bearer or as access_token.',
          },
        ),
      );
    },
    refused: () => false,
    ofCaller: true,
    own: otherwise !== undefined,
  };
}
