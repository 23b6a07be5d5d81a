import { codes } from '../errors/error-codes.js';
import { type DatabaseHost, type DatabaseTls, type MysqlAddress, type TlsMode } from './database-address.js';
import {
  CLOUD_SQL,
  formDecoded,
  Parameters,
  readHost,
  readQuery,
  type Unsupported,
  type WithoutEffect,
} from './parameters.js';

const DEFAULT_PORT = 3306;

/** Parameters of both drivers that ask for nothing that is missing here. */
const OF_THE_JAVA_DRIVERS = [
  // Text is Unicode and dates are read as text, whatever these say.
  'characterEncoding',
  'characterSetResults',
  'useUnicode',
  'serverTimezone',
  'connectionTimeZone',
  'preserveInstants',
  'timezone',
  'useTimezone',
  'useLegacyDatetimeCode',
  'useJDBCCompliantTimezoneShift',
  'zeroDateTimeBehavior',
  'noDatetimeStringSync',
  'tinyInt1isBit',
  'transformedBitIsBoolean',
  'yearIsDateType',
  'nullCatalogMeansCurrent',
  'nullNamePatternMatchesAll',
  'databaseTerm',
  // How a Java program prepares, fetches, pools and logs.
  'allowMultiQueries',
  'allowLoadLocalInfile',
  'allowUrlInLocalInfile',
  'autoReconnect',
  'autoReconnectForPools',
  'failOverReadOnly',
  'maxReconnects',
  'initialTimeout',
  'cachePrepStmts',
  'prepStmtCacheSize',
  'prepStmtCacheSqlLimit',
  'useServerPrepStmts',
  'rewriteBatchedStatements',
  'useBulkStmts',
  'cacheServerConfiguration',
  'cacheResultSetMetadata',
  'elideSetAutoCommits',
  'maintainTimeStats',
  'useLocalSessionState',
  'useLocalTransactionState',
  'useCursorFetch',
  'defaultFetchSize',
  'useReadAheadInput',
  'dontTrackOpenResources',
  'holdResultsOpenOverStatementClose',
  'jdbcCompliantTruncation',
  'logger',
  'profileSQL',
  'dumpQueriesOnException',
  'useInformationSchema',
  'useAffectedRows',
  'useOldAliasMetadataBehavior',
  'emulateLocators',
  'tcpKeepAlive',
  'tcpNoDelay',
  'tcpRcvBuf',
  'tcpSndBuf',
  'tcpTrafficClass',
  'readOnlyPropagatesToServer',
  'permitMysqlScheme',
];

const POOL = 'Set db-connector.pool.min and db-connector.pool.max instead.';
const LOGIN = 'The server chooses the method of the login.';
const CIPHERS = 'Node.js chooses the cipher suites.';
const WITHOUT_EFFECT: WithoutEffect[] = [
  { name: 'connectionAttributes', effect: 'The server gets no attributes of the connection.' },
  { name: 'createDatabaseIfNotExist', values: /^true$/i, effect: 'The connector only reads, and creates no database.' },
  ...['authenticationPlugins', 'defaultAuthenticationPlugin', 'disabledAuthenticationPlugins', 'restrictedAuth'].map(
    (name) => ({
      name,
      effect: LOGIN,
    }),
  ),
  ...['enabledSSLCipherSuites', 'enabledSslCipherSuites', 'tlsCiphersuites'].map((name) => ({ name, effect: CIPHERS })),
  { name: 'pool', values: /^true$/i, effect: POOL },
  ...['maxPoolSize', 'minPoolSize', 'poolName'].map((name) => ({ name, effect: POOL })),
  { name: 'socketFactory', effect: 'The connection is made to the host and port of the URL.' },
  { name: 'socksProxyHost', effect: 'The connection is made without the proxy.' },
];

const BY_TCP = { remedy: 'Name the host and port of the server in the JDBC URL.', code: codes['db.url.invalid'] };
const UNSUPPORTED: Unsupported[] = [
  CLOUD_SQL,
  {
    name: 'credentialType',
    asksFor: 'a login by IAM or by a plug-in',
    remedy: 'Give the user of the connector a password, and set db-connector.user and db-connector.password.',
  },
  { name: 'dnsSrv', values: /^true$/i, asksFor: 'a place from DNS SRV records', ...BY_TCP },
  { name: 'localSocket', asksFor: 'a Unix socket', ...BY_TCP },
  { name: 'namedPipePath', asksFor: 'a named pipe', ...BY_TCP },
  { name: 'pipe', asksFor: 'a named pipe', ...BY_TCP },
];

const TLS_MODES: Record<string, TlsMode> = {
  disabled: 'disable',
  preferred: 'prefer',
  required: 'require',
  verify_ca: 'verify-ca',
  verify_identity: 'verify-full',
  // MariaDB's names of the same
  disable: 'disable',
  trust: 'require',
  'verify-ca': 'verify-ca',
  'verify-full': 'verify-full',
};

/**
 * Parses a URL of MySQL's or MariaDB's JDBC driver: `jdbc:mysql://user:password@host:port,host2/database?parameters`, hosts as
 * `address=(host=…)(port=…)` or `(host=…,port=…)` too, with `loadbalance:` and the like before the slashes.
 *
 * @param scheme `mysql` or `mariadb`
 * @param rest the URL without `jdbc:<scheme>:`
 * @see https://dev.mysql.com/doc/connector-j/en/connector-j-reference-jdbc-url-format.html
 * @see https://mariadb.com/kb/en/about-mariadb-connector-j/
 */
export function parseMysqlUrl(scheme: 'mysql' | 'mariadb', rest: string): MysqlAddress {
  const url = `jdbc:${scheme}`;
  // MySQL's driver decodes every part; MariaDB's none.
  const decode = scheme === 'mysql' ? (text: string) => formDecoded(text, url) : (text: string) => text;
  const match = /^(?:([a-z]+):)?\/\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/is.exec(rest);
  if (!match) {
    throw new Error(`The ${url} URL cannot be read. Expected: ${url}://host:port/database?parameter=value&….`);
  }
  const [, variant, authority = '', path = '', query = ''] = match;
  const parameters = new Parameters(url, true);
  readQuery(query, parameters, decode);

  const at = authority.lastIndexOf('@');
  const [user, password] = at < 0 ? [] : splitOnce(authority.slice(0, at), ':').map(decode);
  const hosts = splitHosts(authority.slice(at + 1)).map((text) => readMysqlHost(text, parameters, decode, url));
  parameters.ignore(...OF_THE_JAVA_DRIVERS);
  parameters.requireSupported(UNSUPPORTED);
  parameters.warnWithoutEffect(WITHOUT_EFFECT);
  const ssl = readTls(scheme, parameters);
  const address: MysqlAddress = {
    engine: 'mysql',
    hosts,
    database: decode(path) || undefined,
    user: parameters.text('user') ?? (user || undefined),
    password: parameters.text('password') ?? (password || undefined),
    ssl,
    collation: parameters.text('connectionCollation'),
    allowPublicKeyRetrieval: parameters.flag('allowPublicKeyRetrieval') ?? false,
    publicKeyFile: fromFileUrl(parameters.text('serverRSAPublicKeyFile', 'serverRsaPublicKeyFile')),
    compress: parameters.flag('useCompression') ?? false,
    connectTimeoutMs: parameters.duration(1, 'connectTimeout'),
    socketTimeoutMs: parameters.duration(1, 'socketTimeout'),
    sessionVariables: sessionVariables(parameters),
    warnings: [],
  };
  if (variant && !IN_ORDER.includes(variant.toLowerCase())) {
    parameters.warn(`The hosts of the ${url}:${variant} URL are tried in their order, without ${variant}.`);
  }
  return { ...address, warnings: parameters.warnings() };
}

/** Variants of the URL that try the hosts in their order, as this connector does. */
const IN_ORDER = ['sequential', 'failover'];

/** Returns `sessionVariables`, and the time zone if the URL sets it for the session. */
function sessionVariables(parameters: Parameters): string | undefined {
  const forced = parameters.flag('forceConnectionTimeZoneToSession') ?? false;
  const zone = parameters.text('connectionTimeZone', 'serverTimezone', 'timezone');
  if (forced && zone && !/^(?:[A-Za-z]+(?:[/_+-]\w+)*|[+-]\d\d:\d\d)$/.test(zone)) {
    throw parameters.wrong('connectionTimeZone', 'the name of a time zone, or an offset such as +01:00');
  }
  // Names that only Java resolves.
  const usable = forced && zone && !['local', 'server', 'auto', 'disable'].includes(zone.toLowerCase());
  const all = [parameters.text('sessionVariables'), usable ? `time_zone='${zone}'` : undefined].filter(Boolean);
  return all.join(',') || undefined;
}

/** Commas within parentheses belong to one host. */
function splitHosts(text: string): string[] {
  return text.split(/,(?![^(]*\))/).map((host) => host.trim());
}

function readMysqlHost(text: string, parameters: Parameters, decode: (t: string) => string, url: string): DatabaseHost {
  if (!/^(?:address=)?\(/i.test(text)) return readHost(decode(text), DEFAULT_PORT, url);
  const fields = new Map(
    [...text.matchAll(/([a-z]+)\s*=\s*([^(),]+)/gi)].map(([, name = '', value = '']) => [
      name.toLowerCase(),
      decode(value.trim()),
    ]),
  );
  if (fields.has('user')) parameters.set('user', fields.get('user') ?? '', true);
  if (fields.has('password')) parameters.set('password', fields.get('password') ?? '', true);
  const host = fields.get('host') ?? 'localhost';
  const port = fields.get('port') ?? String(DEFAULT_PORT);
  return readHost(`${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`, DEFAULT_PORT, url);
}

function readTls(scheme: 'mysql' | 'mariadb', parameters: Parameters): DatabaseTls {
  const caPath = parameters.text('serverSslCert', 'serverSslCertificate');
  const inline = caPath?.startsWith('-----BEGIN') ?? false;
  return {
    mode: readTlsMode(scheme, parameters),
    ca: inline ? caPath : undefined,
    caFile: inline ? undefined : fromFileUrl(caPath),
    certFile: fromFileUrl(parameters.text('clientSslCert')),
    keyFile: fromFileUrl(parameters.text('clientSslKey')),
    keyStoreFile: fromFileUrl(parameters.text('clientCertificateKeyStoreUrl', 'keyStore')),
    keyPassword: parameters.text('clientCertificateKeyStorePassword', 'keyStorePassword', 'keyPassword'),
    trustStoreFile: fromFileUrl(parameters.text('trustCertificateKeyStoreUrl', 'trustStore')),
    trustStorePassword: parameters.text('trustCertificateKeyStorePassword', 'trustStorePassword'),
    ...parameters.tlsVersions('tlsVersions', 'enabledTLSProtocols', 'enabledSslProtocolSuites'),
  };
}

/**
 * Reads `sslMode`; without it, each driver's older flags as that driver reads them. MySQL's driver encrypts if it can, MariaDB's
 * only if the URL asks for it. `requireSSL` counts without `useSSL` too.
 */
function readTlsMode(scheme: 'mysql' | 'mariadb', parameters: Parameters): TlsMode {
  const mode = parameters.choice('sslMode', TLS_MODES);
  const useSsl = parameters.flag('useSSL', true);
  const required = parameters.flag('requireSSL');
  const verified = parameters.flag('verifyServerCertificate');
  const trusted = parameters.flag('trustServerCertificate');
  const anyName = parameters.flag('disableSslHostnameVerification');
  parameters.ignore('trustCertificateKeyStoreType', 'clientCertificateKeyStoreType', 'keyStoreType', 'trustStoreType');
  if (mode !== undefined) return mode;
  if (useSsl === false) return 'disable';
  // MariaDB's driver also accepted jdbc:mysql URLs; its own flags show that it was used.
  const isMariadbs = scheme === 'mariadb' || trusted !== undefined || anyName !== undefined;
  if (isMariadbs && useSsl) return trusted ? 'require' : anyName ? 'verify-ca' : 'verify-full';
  if (verified) return 'verify-ca';
  if (required) return 'require';
  return scheme === 'mariadb' ? 'disable' : 'prefer';
}

function fromFileUrl(text: string | undefined): string | undefined {
  return text?.replace(/^file:(?:\/\/(?=\/))?/i, '');
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
