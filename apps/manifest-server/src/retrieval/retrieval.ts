import { type ConnectorConfiguration } from '@pacs-connectors/config-core';
import { type Caller, ConnectorError } from '@pacs-connectors/connector-core';
import { type ArcQuery } from '@pacs-connectors/manifest-builder';

/** What the viewer is told of where and how it fetches one archive's images. */
export type Retrieval = Pick<ArcQuery, 'baseUrl' | 'webLogin' | 'httpTags'>;

/**
 * How the viewer of this caller fetches the images of a connector.
 *
 * Basic authentication where it is configured; the ways of OAuth 2 have their place here too.
 *
 * @throws ConnectorError (`misconfigured`) where no way is left: listing images that nobody can fetch helps nobody.
 */
export function retrievalFor({ id, retrieval }: ConnectorConfiguration, _caller: Caller): Retrieval {
  const { basic } = retrieval;
  if (!basic?.url)
    throw new ConnectorError(
      id,
      'misconfigured',
      `archive ${id} hands out its images by OAuth 2 only, which this server does not do yet`,
      {
        remedy: 'Configure basic authentication for it as well.',
      },
    );
  return { baseUrl: basic.url, webLogin: webLogin(basic) };
}

/** base64 of `login:password` in UTF-8 (RFC 7617 2); nothing where no login is configured. */
function webLogin({ login, password }: { login?: string; password?: string }): string | undefined {
  return login === undefined ? undefined : Buffer.from(`${login}:${password ?? ''}`, 'utf8').toString('base64');
}
