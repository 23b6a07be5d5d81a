import { type DatabaseHost, type DatabaseTls, type MysqlAddress, type TlsMode } from './database-address.js';
import { formDecoded, Parameters, readHost, readQuery } from './parameters.js';

const DEFAULT_PORT = 3306;

/** Parameters of both drivers that change nothing here. */
const WITHOUT_EFFECT = [
  // Text is Unicode and dates are read as text, whatever these say.
  'characterEncoding',
  'characterSetResults',
  'useUnicode',
  'serverTimezone',
  'connectionTimeZone',
  'forceConnectionTimeZoneToSession',
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
  'createDatabaseIfNotExist',
  'logger',
  'profileSQL',
  'dumpQueriesOnException',
  'useInformationSchema',
  'useAffectedRows',
  'useOldAliasMetadataBehavior',
  'emulateLocators',
  'pool',
  'poolName',
  'maxPoolSize',
  'minPoolSize',
  'tcpKeepAlive',
  'tcpNoDelay',
  'tcpRcvBuf',
  'tcpSndBuf',
  'tcpTrafficClass',
  'enabledTLSProtocols',
  'tlsVersions',
  'enabledSslProtocolSuites',
  'readOnlyPropagatesToServer',
  'connectionAttributes',
  'permitMysqlScheme',
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
  parameters.ignore(...WITHOUT_EFFECT);
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
    warnings: parameters.unknownWarnings(),
  };
  if (variant) {
    address.warnings.push(`The hosts of the ${url}:${variant} URL are tried in their order, without ${variant}.`);
  }
  return address;
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
