import { type DatabaseTls, type PostgresqlAddress, type TlsMode } from './database-address.js';
import { formDecoded, Parameters, readHost, readQuery } from './parameters.js';

const URL = 'jdbc:postgresql';

/** Parameters of pgjdbc that change nothing here: caches, fetch sizes, details of Java classes. */
const WITHOUT_EFFECT = [
  'adaptiveFetch',
  'adaptiveFetchMaximum',
  'adaptiveFetchMinimum',
  'allowEncodingChanges',
  'assumeMinServerVersion',
  'autosave',
  'binaryTransfer',
  'binaryTransferDisable',
  'binaryTransferEnable',
  'cancelSignalTimeout',
  'charSet',
  'cleanupSavepoints',
  'databaseMetadataCacheFields',
  'databaseMetadataCacheFieldsMiB',
  'defaultRowFetchSize',
  'disableColumnSanitiser',
  'escapeSyntaxCallMode',
  'gssEncMode',
  'hideUnprivilegedObjects',
  'hostRecheckSeconds',
  'loadBalanceHosts',
  'logServerErrorDetail',
  'logUnclosedConnections',
  'loggerFile',
  'loggerLevel',
  'maxResultBuffer',
  'preferQueryMode',
  'preparedStatementCacheQueries',
  'preparedStatementCacheSizeMiB',
  'prepareThreshold',
  'protocolVersion',
  'quoteReturningIdentifiers',
  'readOnly',
  'readOnlyMode',
  'receiveBufferSize',
  'reWriteBatchedInserts',
  'sendBufferSize',
  'sslhostnameverifier',
  'sslNegotiation',
  'sslResponseTimeout',
  'stringtype',
  'tcpKeepAlive',
  'tcpNoDelay',
  'unknownLength',
  'useSpnego',
];

const TLS_MODES: Record<string, TlsMode> = {
  disable: 'disable',
  // The driver would try without TLS first. The safer order finds the same servers.
  allow: 'prefer',
  prefer: 'prefer',
  require: 'require',
  'verify-ca': 'verify-ca',
  'verify-full': 'verify-full',
};

const SERVER_TYPES: Record<string, PostgresqlAddress['targetServerType']> = {
  any: 'any',
  primary: 'primary',
  master: 'primary',
  secondary: 'secondary',
  slave: 'secondary',
  prefersecondary: 'preferSecondary',
  preferslave: 'preferSecondary',
  preferprimary: 'preferPrimary',
};

/**
 * Parses a URL of PostgreSQL's JDBC driver: `jdbc:postgresql://host:port,host2:port2/database?parameters`, with every part but
 * the name optional, and `jdbc:postgresql:database`.
 *
 * @param rest the URL without `jdbc:postgresql:`
 * @see https://jdbc.postgresql.org/documentation/use/
 */
export function parsePostgresqlUrl(rest: string): PostgresqlAddress {
  const decode = (text: string) => formDecoded(text, URL);
  const parameters = new Parameters(URL, false);
  const question = rest.indexOf('?');
  const place = question < 0 ? rest : rest.slice(0, question);
  if (question >= 0) readQuery(rest.slice(question + 1), parameters, decode);

  const [, authority, path] = /^(?:\/\/([^/]*))?(?:\/)?(.*)$/s.exec(place) ?? [];
  const hosts = (authority || 'localhost').split(',').map((host) => readHost(host, 5432, URL));
  parameters.ignore(...WITHOUT_EFFECT);
  return {
    engine: 'postgresql',
    hosts,
    database: decode(path ?? '') || undefined,
    user: parameters.text('user'),
    password: parameters.text('password'),
    schema: parameters.text('currentSchema'),
    options: parameters.text('options'),
    applicationName: parameters.text('ApplicationName'),
    targetServerType: parameters.choice('targetServerType', SERVER_TYPES) ?? 'any',
    ssl: readTls(parameters),
    connectTimeoutMs: smaller(parameters.duration(1000, 'connectTimeout'), parameters.duration(1000, 'loginTimeout')),
    socketTimeoutMs: parameters.duration(1000, 'socketTimeout'),
    warnings: parameters.unknownWarnings(),
  };
}

function readTls(parameters: Parameters): DatabaseTls {
  const asked = parameters.flag('ssl', true);
  // As in the driver: a bare ssl=true checks everything; NonValidatingFactory is the driver's class that checks nothing.
  const unchecked = parameters.text('sslfactory')?.endsWith('NonValidatingFactory') ?? false;
  const mode = parameters.choice('sslmode', TLS_MODES) ?? (asked ? 'verify-full' : 'prefer');
  return {
    mode: unchecked && mode.startsWith('verify') ? 'require' : mode,
    caFile: parameters.text('sslrootcert'),
    certFile: parameters.text('sslcert'),
    keyFile: parameters.text('sslkey'),
    keyPassword: parameters.text('sslpassword'),
  };
}

function smaller(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
