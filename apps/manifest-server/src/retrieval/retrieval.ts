import { type ConnectorConfiguration, type RetrievalSettings } from '@pacs-connectors/config-core';
import { type Caller, ConnectorError } from '@pacs-connectors/connector-core';
import { type ArcQuery } from '@pacs-connectors/manifest-builder';
import { codes } from '../errors/error-codes.js';

/** Where and how the viewer fetches the images of one archive. */
export type Retrieval = Pick<ArcQuery, 'baseUrl' | 'webLogin'> & {
  /** For the header `Authorization: Bearer …`. */
  bearerToken?: string;
  /**
   * When that token is not handed out any more (ms since the epoch), if known. It is the end of a caller's token, or `minimum-life`
   * before the end of a token of this server.
   */
  expiresAt?: number;
};

/** How images are fetched, before a token is obtained. */
export type RetrievalWay =
  | { way: 'basic'; retrieval: Retrieval }
  /** With the token of the request. */
  | { way: 'caller'; baseUrl: string; bearerToken: string }
  /** With a token of this server, for this registration. */
  | { way: 'client'; baseUrl: string; oidcId: string };

/** The grant of each registration, by its name. */
export type Grants = Readonly<Record<string, { authorizationGrantType?: string }>>;

/**
 * Returns how the viewer of this caller fetches the images of a connector:
 *
 * 1. basic authentication if it is forced, chosen, or the only one that is configured;
 * 2. OAuth 2 with the token of the request if it has one and the grant is `authorization_code` or not configured;
 * 3. OAuth 2 with a token of this server if the grant is `client_credentials`;
 * 4. basic authentication if the request lacks the token that 2 needs.
 *
 * @throws ConnectorError if none of them is possible, since the viewer could not fetch the images.
 */
export function retrievalWay({ id, retrieval }: ConnectorConfiguration, caller: Caller, grants: Grants): RetrievalWay {
  const { basic, oauth2 } = retrieval;
  const byLogin = basic?.url
    ? ({ way: 'basic', retrieval: { baseUrl: basic.url, webLogin: webLogin(basic) } } as const)
    : undefined;
  if (oauth2 && byToken(retrieval)) {
    const { url: baseUrl, oidcId } = oauth2;
    const grant = oidcId === undefined ? undefined : grants[oidcId]?.authorizationGrantType;
    if (oidcId !== undefined && grant === 'client_credentials') return { way: 'client', baseUrl, oidcId };
    if (caller.bearerToken !== undefined) return { way: 'caller', baseUrl, bearerToken: caller.bearerToken };
    if (!byLogin)
      throw new ConnectorError(id, 'refused', `archive ${id} gives images only to callers with a bearer token`, {
        code: codes['server.retrieval.token-needed'],
        tokenNeeded: true,
        remedy: 'Send the request with a bearer token, or configure basic authentication for this archive too.',
      });
  }
  if (!byLogin)
    throw new ConnectorError(id, 'misconfigured', `no address for the images of archive ${id} is configured`, {
      code: codes['server.retrieval.address-missing'],
      remedy: 'Set wado.authentication.basic.url.',
    });
  return byLogin;
}

/** Whether images are fetched with a bearer token. The caller's is not sent to an archive that uses logins. */
export function byToken({ type, forceBasic, oauth2 }: RetrievalSettings): boolean {
  return !forceBasic && type !== 'BASIC' && Boolean(oauth2?.url);
}

/** Returns base64 of `login:password` in UTF-8 (RFC 7617 2); `undefined` if no login is configured. */
function webLogin({ login, password }: { login?: string; password?: string }): string | undefined {
  return login === undefined ? undefined : Buffer.from(`${login}:${password ?? ''}`, 'utf8').toString('base64');
}
