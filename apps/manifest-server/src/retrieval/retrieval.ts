import { type ConnectorConfiguration, type RetrievalSettings } from '@pacs-connectors/config-core';
import { type Caller, ConnectorError } from '@pacs-connectors/connector-core';
import { type ArcQuery } from '@pacs-connectors/manifest-builder';

/** What the viewer is told of where and how it fetches one archive's images. */
export type Retrieval = Pick<ArcQuery, 'baseUrl' | 'webLogin'> & {
  /** For the header `Authorization: Bearer …`. */
  bearerToken?: string;
  /**
   * Milliseconds since the epoch: from when that token is not handed out any more, where this is known. The end of a caller's,
   * or `minimum-life` before the end of one of ours.
   */
  expiresAt?: number;
};

/** A way to fetch images, before a token is had. */
export type RetrievalWay =
  | { way: 'basic'; retrieval: Retrieval }
  /** With the token that the request came with. */
  | { way: 'caller'; baseUrl: string; bearerToken: string }
  /** With a token of ours, for this registration. */
  | { way: 'client'; baseUrl: string; oidcId: string };

/** Grants of the registrations, by their names. */
export type Grants = Readonly<Record<string, { authorizationGrantType?: string }>>;

/**
 * How the viewer of this caller fetches the images of a connector:
 *
 * 1. basic authentication where it is forced, chosen, or the only one that is configured;
 * 2. OAuth 2 with the token of the request, where it has one and no grant is configured, or `authorization_code`;
 * 3. OAuth 2 with a token of ours, by `client_credentials`;
 * 4. basic authentication where the request has no token that 2 needs.
 *
 * @throws ConnectorError where no way is left: listing images that nobody can fetch helps nobody.
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
      throw new ConnectorError(id, 'refused', `archive ${id} hands out its images to callers with a token only`, {
        tokenNeeded: true,
        remedy: 'Ask with a bearer token, or configure basic authentication for it as well.',
      });
  }
  if (!byLogin)
    throw new ConnectorError(id, 'misconfigured', `no address is configured where the images of ${id} are retrieved`, {
      remedy: 'Set wado.authentication.basic.url.',
    });
  return byLogin;
}

/** Whether images are retrieved with a bearer token at all; a caller's is nothing for an archive that takes logins. */
export function byToken({ type, forceBasic, oauth2 }: RetrievalSettings): boolean {
  return !forceBasic && type !== 'BASIC' && Boolean(oauth2?.url);
}

/** base64 of `login:password` in UTF-8 (RFC 7617 2); nothing where no login is configured. */
function webLogin({ login, password }: { login?: string; password?: string }): string | undefined {
  return login === undefined ? undefined : Buffer.from(`${login}:${password ?? ''}`, 'utf8').toString('base64');
}
