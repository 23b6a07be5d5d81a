import { codes } from '../errors/error-codes.js';
import { type Fault } from '../errors/fault.js';
import { IsOptional, Matches } from 'class-validator';
import { find, type Found, isEmpty, type MapNode } from '../document/node.js';
import { type ReaderContext, report } from '../reader/context.js';
import { readSettings } from '../reader/read-settings.js';
import { Setting, type SettingsClass } from '../reader/setting.js';
import { quote } from '../values/redact.js';
import { IsHttpUrl } from './is-http-url.js';
import { unsupportedAuthority, IsRetrievalUrl } from './is-retrieval-url.js';
import { type OAuth2Clients } from './oauth2-clients.js';

/** Retrieval of images by HTTP basic authentication, or without authentication if there is no login. */
export class BasicRetrieval {
  @Setting({ paths: ['url', 'server'], description: 'Where images are retrieved', kind: 'url' })
  @IsOptional()
  @IsHttpUrl()
  @IsRetrievalUrl()
  url!: string;

  @Setting({ paths: ['login'], description: 'User name' })
  @IsOptional()
  @Matches(/^[^:\p{Cc}]*$/u, { message: 'must be a user name without colon and control characters (RFC 7617 2)' })
  login?: string;

  @Setting({ paths: ['password'], description: 'Password', secret: true })
  @IsOptional()
  @Matches(/^\P{Cc}*$/u, { message: 'must be a password without control characters, line ends too (RFC 7617 2)' })
  password?: string;
}

/** Retrieval of images with a bearer token. */
export class OAuth2Retrieval {
  @Setting({ paths: ['url', 'server'], description: 'Where images are retrieved with a token', kind: 'url' })
  @IsOptional()
  @IsHttpUrl()
  @IsRetrievalUrl()
  url!: string;

  @Setting({ paths: ['oidc-id'], description: 'Name in spring.security.oauth2.client.registration' })
  oidcId?: string;

  @Setting({
    paths: ['oidc-iss'],
    description:
      'OpenID provider (issuer URL) where Weasis itself logs in with launch=rs; the address contains no token',
  })
  @IsOptional()
  @IsHttpUrl()
  oidcIssuer?: string;
}

/** A file of certificates. */
export class TruststoreSettings {
  @Setting({
    paths: ['url'],
    description: 'Truststore for the OAuth 2 provider: a path or file: URL',
  })
  url?: string;

  @Setting({ paths: ['type'], description: 'PKCS12, JKS, JCEKS or PEM; default: auto-detected' })
  type?: string;

  @Setting({ paths: ['password'], description: 'Password of the store', secret: true })
  password?: string;
}

/** How the viewer retrieves the images of one connector. */
export class RetrievalSettings {
  @Setting({
    paths: ['type'],
    description:
      'Authentication in use; default: OAuth 2 if it is configured and the request has a token, otherwise basic',
    values: ['BASIC', 'OAUTH2'],
  })
  type?: 'BASIC' | 'OAUTH2';

  @Setting({ paths: ['force-basic'], description: 'Basic even for requests with a token' })
  forceBasic: boolean = false;

  @Setting({ paths: ['basic'], description: 'Images by basic authentication', type: () => BasicRetrieval })
  basic?: BasicRetrieval;

  @Setting({ paths: ['oauth2'], description: 'Images with a bearer token', type: () => OAuth2Retrieval })
  oauth2?: OAuth2Retrieval;

  @Setting({
    paths: ['truststore'],
    description: 'Certificates of authorities for the OAuth 2 provider; default: those of Node.js',
    type: () => TruststoreSettings,
  })
  truststore?: TruststoreSettings;
}

/** {@link RetrievalSettings} with an address that needs no authentication. */
class RetrievalKeys extends RetrievalSettings {
  @Setting({ paths: ['url', 'server'], description: 'Where images are retrieved without authentication', kind: 'url' })
  @IsOptional()
  @IsHttpUrl()
  @IsRetrievalUrl()
  url?: string;
}
export { RetrievalKeys };

/** The place in the first layout, and in the connectors of any plug-in. */
const COMMON = ['wado.authentication'];

/** The places in the second layout by type: `own` places complete each other; `fallback` is used if they have no address. */
const BY_TYPE: Record<string, { own: string[]; fallback?: string[] }> = {
  DB: { own: ['db-connector.wado.authentication', 'db-connector.wado'] },
  DICOM: { own: ['dicom-connector.wado.authentication', 'dicom-connector.wado'] },
  DICOM_WEB: {
    own: ['dicom-web-connector.wado-rs.authentication', 'dicom-web-connector.wado-rs'],
    fallback: ['dicom-web-connector.qido-rs.authentication', 'dicom-web-connector.qido-rs'],
  },
};

/** Returns the keys that contain the retrieval settings of a connector of this type. */
export function retrievalPaths(type: string): { own: string[]; fallback: string[] } {
  const { own = [], fallback = [] } = BY_TYPE[type] ?? {};
  return { own: [...COMMON, ...own], fallback };
}

/**
 * Reads how the images of a connector are retrieved. The fallback is used as a whole or not at all, so that credentials of one
 * place are never sent to the address of another.
 *
 * @returns `undefined` if there is an error, which has been reported
 */
export function readRetrieval(
  type: string,
  connector: Found<MapNode>,
  oauth2: OAuth2Clients,
  context: ReaderContext,
): RetrievalSettings | undefined {
  const { own, fallback } = retrievalPaths(type);
  const ownScopes = scopesOf(connector, own);
  const scopes = hasAddress(ownScopes) ? ownScopes : scopesOf(connector, fallback);
  const before = context.problems.length;
  const read = scopes.length > 0 ? scopes : ownScopes;
  const { instance } = readSettings(RetrievalKeys, read, context);
  const faulty = context.problems.slice(before).some(({ severity }) => severity === 'error');
  warnOfUnused(read, context);
  if (faulty) return undefined;
  const { url, ...rest } = instance;
  const retrieval = Object.assign(new RetrievalSettings(), rest);
  if (url !== undefined && !retrieval.basic?.url) {
    retrieval.basic = Object.assign(new BasicRetrieval(), retrieval.basic, { url });
  }
  return checkRetrieval(retrieval, connector, own, read, oauth2, context) ? retrieval : undefined;
}

/** Warns about settings that Weasis may not use. */
function warnOfUnused(scopes: readonly Found<MapNode>[], context: ReaderContext): void {
  // Each is read alone: a faulty one, which has been reported, would hide problems of its neighbors.
  const part = <Settings extends object>(type: SettingsClass<Settings>, path: string) => {
    const maps = scopes.flatMap((scope) => scopesOf(scope, [path]));
    return readSettings(type, maps, { ...context, problems: [] });
  };
  const { instance: basic, faulty } = part(BasicRetrieval, 'basic');
  const { instance: oauth2 } = part(OAuth2Retrieval, 'oauth2');
  const warn = (paths: readonly string[], fault: Fault) => {
    const source = paths.flatMap((path) => scopes.map((scope) => find(scope, path))).find(isSet);
    if (source) report(context, 'warning', { key: source.key, place: source.node.place }, fault);
  };
  const check = (url: string | undefined, paths: readonly string[]) => {
    const expected = url === undefined ? undefined : unsupportedAuthority(url);
    if (url !== undefined && expected !== undefined)
      warn(paths, { code: codes['configuration.viewer.unsupported'], found: quote(url), expected });
  };
  check(basic.url ?? part(RetrievalKeys, '').instance.url, ['basic.url', 'basic.server', 'url', 'server']);
  check(oauth2.url, ['oauth2.url', 'oauth2.server']);
  const faultyLogin = faulty && scopes.some((scope) => isSet(find(scope, 'basic.login')));
  if (basic.password !== undefined && basic.login === undefined && !faultyLogin)
    warn(['basic.password'], {
      code: codes['configuration.key.unused'],
      found: 'a password without a login',
      expected: 'basic.login beside it: no login is sent without',
    });
}

function scopesOf(connector: Found<MapNode>, paths: readonly string[]): Found<MapNode>[] {
  return paths
    .map((path) => find(connector, path))
    .filter((found): found is Found<MapNode> => found?.node.kind === 'map' && !isEmpty(found.node));
}

function hasAddress(scopes: readonly Found<MapNode>[]): boolean {
  const paths = ['basic.url', 'basic.server', 'oauth2.url', 'oauth2.server', 'url', 'server'];
  return scopes.some((scope) => paths.some((path) => isSet(find(scope, path))));
}

function isSet(found: Found | undefined): boolean {
  return found !== undefined && !isEmpty(found.node);
}

function checkRetrieval(
  { type, forceBasic, basic, oauth2 }: RetrievalSettings,
  connector: Found<MapNode>,
  own: readonly string[],
  scopes: readonly Found<MapNode>[],
  clients: OAuth2Clients,
  context: ReaderContext,
): boolean {
  const below = own.find((path) => isSet(find(connector, path))) ?? own[0]!;
  const missing = (key: string, why: string) => {
    const place = { key: `${connector.key}.${below}.${key}`, place: connector.keyPlace };
    const code = codes['configuration.key.missing'];
    report(context, 'error', place, { code, found: 'nothing', expected: `a URL where images are retrieved (${why})` });
    return false;
  };
  if (!basic?.url && !oauth2?.url) {
    const others = own.slice(1).filter((path) => path !== below);
    const elsewhere = [below, ...others].map((path) => `${path}.oauth2.url`).slice(0, 1);
    return missing('basic.url', `here, in basic.server.url or in ${elsewhere.join()}; the manifest needs one`);
  }
  if ((type === 'BASIC' || forceBasic) && !basic?.url) {
    return missing('basic.url', `asked for by ${forceBasic ? 'force-basic' : 'type: BASIC'}`);
  }
  if (type === 'OAUTH2' && !oauth2?.url) return missing('oauth2.url', 'asked for by type: OAUTH2');
  if (oauth2?.oidcId === undefined) return true;
  const fault = clientFault(oauth2.oidcId, clients);
  if (!fault) return true;
  const used = type !== 'BASIC' && !forceBasic;
  const { key, keyPlace } = scopes.map((scope) => find(scope, 'oauth2.oidc-id')).find(isSet)!;
  report(context, used ? 'error' : 'warning', { key, place: keyPlace }, fault);
  return !used;
}

/** Returns why the OAuth 2 client of this name cannot get tokens. */
function clientFault(oidcId: string, { registrations, providers }: OAuth2Clients): Fault | undefined {
  const code = codes['configuration.oauth2.client-unusable'];
  const client = 'spring.security.oauth2.client';
  if (!Object.hasOwn(registrations, oidcId)) {
    const known = Object.keys(registrations).join(', ') || 'none is configured';
    const found = `${JSON.stringify(oidcId)}, which is not in ${client}.registration or is faulty there`;
    return { code, found, expected: `a registration (${known})` };
  }
  const registration = registrations[oidcId]!;
  if (registration.authorizationGrantType !== 'client_credentials') return undefined;
  const name = registration.provider ?? oidcId;
  const provider = Object.hasOwn(providers, name) ? providers[name] : undefined;
  if (provider?.issuerUri ?? provider?.tokenUri) return undefined;
  const found = `${JSON.stringify(oidcId)}, whose provider ${JSON.stringify(name)} has no address for tokens`;
  return { code, found, expected: `${client}.provider.${name}.issuer-uri or …token-uri` };
}
