import { ConnectorError } from '@pacs-connectors/connector-core';
import { type ClientCredentials, OAuth2Error } from '@pacs-connectors/oauth2-client';

/** What a question carries to show who asks. */
export interface Credentials {
  /**
   * The value of `Authorization`, or undefined where there is none.
   *
   * @throws ConnectorError where it cannot be had.
   */
  authorization(callerToken: string | undefined, signal: AbortSignal): Promise<string | undefined>;
  /** The server answered 401 to `authorization`. True where asking again may help: the next one is another. */
  refused(authorization: string): boolean;
  /** What a question has failed by whose deadline passes while it waits for `authorization`. */
  readonly timeoutError?: ConnectorError;
  /** Whether answers depend on who asks, so that no caller may be given another's. */
  readonly ofCaller: boolean;
  /** Whether a question can be asked without a caller. */
  readonly own: boolean;
}

export const noCredentials: Credentials = {
  authorization: () => Promise.resolve(undefined),
  refused: () => false,
  ofCaller: false,
  own: true,
};

/** HTTP Basic (RFC 7617), in UTF-8. */
export function basicCredentials({ login, password }: { login: string; password: string }): Credentials {
  const value = `Basic ${Buffer.from(`${login}:${password}`, 'utf8').toString('base64')}`;
  return { authorization: () => Promise.resolve(value), refused: () => false, ofCaller: false, own: true };
}

/** A bearer token of our own. */
export function clientCredentials(connectorId: string, tokens: ClientCredentials): Credentials {
  return {
    async authorization(_, signal) {
      try {
        return `Bearer ${await tokens.token(signal)}`;
      } catch (error) {
        if (!(error instanceof OAuth2Error)) throw error;
        throw new ConnectorError(connectorId, error.kind, error.message, { remedy: error.remedy, cause: error });
      }
    },
    refused(authorization) {
      tokens.refused(authorization.slice('Bearer '.length));
      return true;
    },
    timeoutError: new ConnectorError(
      connectorId,
      'timeout',
      `the OAuth 2 provider ${tokens.provider} gave no token before the deadline`,
      { remedy: 'See whether the provider is overloaded.' },
    ),
    ofCaller: false,
    own: true,
  };
}

/** The caller's own bearer token; where the request has none, `otherwise`. */
export function callerCredentials(connectorId: string, otherwise: Credentials | undefined): Credentials {
  return {
    authorization(callerToken, signal) {
      if (callerToken !== undefined) return Promise.resolve(`Bearer ${callerToken}`);
      if (otherwise) return otherwise.authorization(undefined, signal);
      return Promise.reject(
        new ConnectorError(
          connectorId,
          'refused',
          'the archive wants the token of the caller, and the request has none',
          {
            tokenNeeded: true,
            remedy: 'Log in, or hand the token over as Authorization: Bearer or access_token.',
          },
        ),
      );
    },
    refused: () => false,
    ofCaller: true,
    own: otherwise !== undefined,
  };
}
