import { withCode } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';
import { type DatabaseHost, type OracleAddress } from './database-address.js';
import { Parameters, readHost, readQuery, smaller, type Unsupported, type WithoutEffect } from './parameters.js';

const URL = 'jdbc:oracle:thin';
const DEFAULT_PORT = 1521;
const FORMS =
  'Expected one of @host:port:SID, @//host:port/service, @host:port/service, @tcps://host:port/service, ' +
  '@(DESCRIPTION=…), @alias.';

/**
 * Parses a URL of Oracle's thin JDBC driver: `jdbc:oracle:thin:[user/password]@` and a place. It has no escapes; a password with
 * special characters is in double quotes.
 *
 * @param rest the URL without `jdbc:oracle:`
 * @see https://docs.oracle.com/en/database/oracle/oracle-database/23/jjdbc/data-sources-and-URLs.html
 */
export function parseOracleUrl(rest: string): OracleAddress {
  const driver = /^(thin|oci8?):/i.exec(rest);
  if (!driver) throw new Error(`The jdbc:oracle URL cannot be read. It begins with ${URL}:. ${FORMS}`);
  const body = rest.slice(driver[0].length);
  const { credentials, place } = splitCredentials(body);
  const address: OracleAddress = {
    engine: 'oracle',
    ...readCredentials(credentials),
    ...readPlace(place),
  };
  if (!/^thin/i.test(rest)) {
    address.warnings.push(
      withCode(
        "The URL asks for Oracle's client library (oci); the connection is made without it.",
        codes['db.url.parameter-without-effect'],
      ),
    );
  }
  return address;
}

/** Splits credentials and place at the last `@` between them. An `@` within quotes or a descriptor does not count. */
function splitCredentials(body: string): { credentials: string; place: string } {
  const limit = body.search(/\(\s*(?:DESCRIPTION|ADDRESS)/i);
  let at = -1;
  for (const match of body.matchAll(/"[^"]*"|@/g)) {
    if (match[0] === '@' && (limit < 0 || match.index < limit)) at = match.index;
  }
  if (at < 0) throw new Error(`The ${URL} URL has no @ before its place. ${FORMS}`);
  return { credentials: body.slice(0, at), place: body.slice(at + 1).trim() };
}

function readCredentials(text: string): { user?: string; password?: string } {
  const match = /^("[^"]*"|[^/]*)(?:\/(.*))?$/s.exec(text);
  const [user, password] = [match?.[1], match?.[2]].map((part) => part?.replace(/^"(.*)"$/s, '$1') || undefined);
  return { user, password };
}

type Place = Omit<OracleAddress, 'engine' | 'user' | 'password'>;

function readPlace(place: string): Place {
  if (place.startsWith('(')) return { connectString: checkedDescriptor(place), hosts: [], warnings: [] };
  if (/^ldaps?:/i.test(place)) {
    throw new Error(`The ${URL} URL asks a directory (LDAP) for the place, which is not supported. ${FORMS}`);
  }
  const { bare, query } = splitQuery(place);
  const sid = /^([^:/]+|\[[^\]]+\]):(\d+):([\w$#.-]+)$/.exec(bare);
  if (sid) {
    const host = readHost(`${sid[1]}:${sid[2]}`, DEFAULT_PORT, URL);
    const descriptor =
      `(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=${host.host})(PORT=${host.port}))` + `(CONNECT_DATA=(SID=${sid[3]})))`;
    return {
      connectString: descriptor,
      hosts: [host],
      sid: sid[3],
      ...readOptions(query, 'Write the place as @(DESCRIPTION=…).'),
    };
  }
  const easy = /^(?:(tcps?):)?(?:\/\/)?([^/]+)(?:\/([^/:?]*)(?::(\w+))?(?:\/(\w+))?)?$/i.exec(bare);
  if (easy && (easy[3] !== undefined || /:\d+$|^(?:tcps?:)?\/\//i.test(bare))) {
    const hosts = easyHosts(easy[2] ?? '');
    if (!easy[3]) throw new Error(`The ${URL} URL names a host and neither a service nor a SID. ${FORMS}`);
    return { connectString: bare + clientQuery(query), hosts, serviceName: easy[3], ...readOptions(query) };
  }
  if (/^[\w.$#-]+$/.test(bare))
    return { connectString: bare, hosts: [], ...readOptions(query, 'Write it in tnsnames.ora.') };
  throw new Error(`The place in the ${URL} URL cannot be read. ${FORMS}`);
}

/** Reads `host1,host2:1521;host3:1522`. A port also applies to the hosts before it that have none. */
function easyHosts(text: string): DatabaseHost[] {
  const parts = text.split(/[,;]/);
  let port = DEFAULT_PORT;
  return parts
    .reverse()
    .map((part) => {
      const host = readHost(part, port, URL);
      port = host.port;
      return host;
    })
    .reverse();
}

function splitQuery(place: string): { bare: string; query: string } {
  const question = place.indexOf('?');
  return question < 0
    ? { bare: place, query: '' }
    : { bare: place.slice(0, question), query: place.slice(question + 1) };
}

type Options = Pick<
  OracleAddress,
  'warnings' | 'configDir' | 'walletLocation' | 'walletPassword' | 'connectTimeoutMs' | 'socketTimeoutMs'
>;

/**
 * Reads the parameters after the place.
 *
 * @param elsewhere where those of the client have an effect, if the connect string cannot contain them
 */
function readOptions(query: string, elsewhere?: string): Options {
  const parameters = new Parameters(URL, true);
  readQuery(query, parameters, (text) => text);
  parameters.ignore(...OF_THE_JAVA_DRIVER);
  parameters.requireSupported(UNSUPPORTED);
  parameters.warnWithoutEffect(WITHOUT_EFFECT);
  const wallet = parameters.text('oracle.net.wallet_location', 'wallet_location');
  if (elsewhere) {
    const names = [...CLIENT_PARAMETERS].filter((name) => name !== 'wallet_location');
    parameters.warnWithoutEffect(names.map((name) => ({ name, effect: elsewhere })));
  } else parameters.ignore(...CLIENT_PARAMETERS);
  return {
    configDir: parameters.text('TNS_ADMIN', 'oracle.net.tns_admin'),
    walletLocation: wallet && walletFolder(wallet),
    walletPassword: parameters.text('oracle.net.wallet_password', 'wallet_password'),
    connectTimeoutMs: smaller(
      smaller(
        parameters.duration(1, 'oracle.net.CONNECT_TIMEOUT'),
        parameters.duration(1, 'oracle.net.OUTBOUND_CONNECT_TIMEOUT'),
      ),
      parameters.duration(1000, 'oracle.jdbc.loginTimeout'),
    ),
    socketTimeoutMs: parameters.duration(1, 'oracle.jdbc.ReadTimeout'),
    warnings: parameters.warnings(),
  };
}

/** Returns the parameters that stay in an Easy Connect string, with the question mark before them. */
function clientQuery(query: string): string {
  const pairs = query.split('&').filter((pair) => CLIENT_PARAMETERS.has(pair.replace(/=.*/s, '').toLowerCase()));
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}

/** Returns the folder of a wallet: `/etc/wallet`, `file:/etc/wallet`, or `(SOURCE=(METHOD=file)(METHOD_DATA=(DIRECTORY=/etc/wallet)))`. */
function walletFolder(text: string): string {
  const folder = /DIRECTORY\s*=\s*"?([^")]+)/i.exec(text)?.[1]?.trim() ?? text;
  return folder.replace(/^file:(?:\/\/(?=\/))?/i, '');
}

/** Parameters of the driver that ask for nothing that is missing here. */
const OF_THE_JAVA_DRIVER = [
  'defaultRowPrefetch',
  'oracle.jdbc.convertNcharLiterals',
  'oracle.jdbc.defaultConnectionValidation',
  'oracle.jdbc.defaultNChar',
  'oracle.jdbc.defaultRowPrefetch',
  'oracle.jdbc.fanEnabled',
  'oracle.jdbc.implicitStatementCacheSize',
  'oracle.jdbc.J2EE13Compliant',
  'oracle.jdbc.mapDateToTimestamp',
  'oracle.jdbc.maxCachedBufferSize',
  'oracle.jdbc.timezoneAsRegion',
  'oracle.jdbc.useFetchSizeWithLongColumn',
  'oracle.net.disableOob',
  'oracle.net.keepAlive',
];

const OFF = '(?:rejected|accepted|requested)?$';
const WALLET = 'Name the folder of a wallet (ewallet.pem) in wallet_location.';
const PROTECTION = 'The connection is neither encrypted nor checked by it. Use TLS: @tcps://host:port/service.';
const WITHOUT_EFFECT: WithoutEffect[] = [
  ...[
    'javax.net.ssl.keyStore',
    'javax.net.ssl.keyStorePassword',
    'javax.net.ssl.trustStore',
    'javax.net.ssl.trustStorePassword',
  ].map((name) => ({ name, effect: WALLET })),
  ...['oracle.net.encryption_client', 'oracle.net.crypto_checksum_client'].map((name) => ({
    name,
    values: /^(?:accepted|requested)$/i,
    effect: PROTECTION,
  })),
  ...['oracle.net.encryption_types_client', 'oracle.net.crypto_checksum_types_client'].map((name) => ({
    name,
    effect: PROTECTION,
  })),
  { name: 'oracle.net.ssl_cipher_suites', effect: 'Node.js chooses the cipher suites.' },
  { name: 'oracle.net.ssl_version', effect: 'Node.js chooses the TLS version.' },
  ...['oracle.net.ssl_server_dn_match', 'oracle.net.ssl_server_cert_dn'].map((name) => ({
    name,
    effect: `Write ${name.replace('oracle.net.', '')} instead.`,
  })),
];

const BY_PASSWORD = 'Give the user of the connector a password, and set db-connector.user and db-connector.password.';
const UNSUPPORTED: Unsupported[] = [
  ...['oracle.net.encryption_client', 'oracle.net.crypto_checksum_client'].map((name) => ({
    name,
    values: new RegExp(`^(?!${OFF})`, 'i'),
    asksFor: "Oracle's own encryption",
    remedy: 'Use TLS: @tcps://host:port/service.',
    code: codes['db.url.invalid'],
  })),
  {
    name: 'oracle.net.authentication_services',
    values: /^(?!\(?(?:none|all)?\)?$)/i,
    asksFor: 'a login by Kerberos, RADIUS or a certificate',
    remedy: BY_PASSWORD,
  },
  ...[
    'oracle.jdbc.tokenAuthentication',
    'oracle.jdbc.tokenLocation',
    'TOKEN_AUTH',
    'oracle.jdbc.passwordAuthentication',
  ].map((name) => ({ name, asksFor: 'a login by a token of OCI IAM or Azure AD', remedy: BY_PASSWORD })),
  ...['internal_logon', 'oracle.jdbc.internal_logon'].map((name) => ({
    name,
    asksFor: 'a login as administrator',
    remedy: 'Use a user that may only read.',
  })),
];

/** What node-oracledb's thin mode reads in an Easy Connect string. */
const CLIENT_PARAMETERS = new Set([
  'compression',
  'connect_timeout',
  'connection_id_prefix',
  'enable',
  'failover',
  'https_proxy',
  'https_proxy_port',
  'load_balance',
  'pool_boundary',
  'pool_connection_class',
  'pool_purity',
  'recv_buf_size',
  'recv_timeout',
  'retry_count',
  'retry_delay',
  'sdu',
  'send_buf_size',
  'service_tag',
  'source_route',
  'ssl_allow_weak_dn_match',
  'ssl_server_cert_dn',
  'ssl_server_dn_match',
  'tls_allow_weak_dn_match',
  'tls_server_cert_dn',
  'tls_server_dn_match',
  'transport_connect_timeout',
  'use_sni',
  'wallet_location',
]);

function checkedDescriptor(text: string): string {
  let depth = 0;
  let open = true;
  for (const character of text) {
    if (!open && /\S/.test(character)) depth = Number.NaN;
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (depth === 0) open = false;
  }
  if (depth !== 0) throw new Error(`The parentheses of the descriptor in the ${URL} URL do not match.`);
  return text;
}
