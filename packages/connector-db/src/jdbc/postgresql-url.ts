import { codes } from '../errors/error-codes.js';
import { type DatabaseTls, type PostgresqlAddress, type TlsMode } from './database-address.js';
import {
  CLOUD_SQL,
  formDecoded,
  Parameters,
  readHost,
  readQuery,
  smaller,
  type Unsupported,
  type WithoutEffect,
} from './parameters.js';

const URL = 'jdbc:postgresql';

/** Parameters of pgjdbc that ask for nothing that is missing here: caches, fetch sizes, details of Java classes. */
const OF_THE_JAVA_DRIVER = [
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
  'hideUnprivilegedObjects',
  'hostRecheckSeconds',
  'logServerErrorDetail',
  'logUnclosedConnections',
  'loggerFile',
  'loggerLevel',
  'maxResultBuffer',
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
  'sslResponseTimeout',
  'stringtype',
  'tcpKeepAlive',
  'tcpNoDelay',
  'unknownLength',
];

const BY_PASSWORD = 'The login is by password.';
const WITHOUT_EFFECT: WithoutEffect[] = [
  {
    name: 'channelBinding',
    values: /^require$/i,
    effect: 'The login uses channel binding only if the server offers it.',
  },
  { name: 'loadBalanceHosts', values: /^true$/i, effect: 'The hosts are tried in their order.' },
  { name: 'localSocketAddress', effect: 'The operating system chooses the local address.' },
  { name: 'preferQueryMode', values: /^simple$/i, effect: 'Statements use the extended protocol.' },
  { name: 'requireAuth', effect: 'The server chooses the method of the login.' },
  { name: 'socketFactory', effect: 'The connection is made to the host and port of the URL.' },
  { name: 'sslhostnameverifier', effect: 'Node.js checks the name in the certificate.' },
  {
    name: 'sslfactory',
    values: /^(?!.*(?:NonValidatingFactory|LibPQFactory)$)./,
    effect: 'Node.js checks the certificate. Name its authority in sslrootcert.',
  },
  { name: 'sslfactoryarg', effect: 'Name the certificate in sslrootcert.' },
  { name: 'sslpasswordcallback', effect: 'Set the password of the key in sslpassword.' },
  ...[
    'gsslib',
    'gssUseDefaultCreds',
    'jaasApplicationName',
    'jaasLogin',
    'kerberosServerName',
    'sspiServiceClass',
    'useSpnego',
  ].map((name) => ({ name, effect: BY_PASSWORD })),
];

const UNSUPPORTED: Unsupported[] = [
  CLOUD_SQL,
  {
    name: 'authenticationPluginClassName',
    asksFor: 'a login by a Java class',
    remedy: 'Give the user of the connector a password, and set db-connector.user and db-connector.password.',
  },
  {
    name: 'enableIamAuth',
    values: /^true$/i,
    asksFor: 'a login by IAM',
    remedy: 'Give the user of the connector a password, and set db-connector.user and db-connector.password.',
  },
  {
    name: 'gssEncMode',
    values: /^require$/i,
    asksFor: 'encryption by Kerberos',
    remedy: 'Use TLS: sslmode=verify-full.',
  },
  {
    name: 'service',
    asksFor: 'a file of connection services',
    remedy: 'Name the host, port and database in the JDBC URL.',
    code: codes['db.url.invalid'],
  },
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
  parameters.ignore(...OF_THE_JAVA_DRIVER);
  parameters.requireSupported(UNSUPPORTED);
  parameters.warnWithoutEffect(WITHOUT_EFFECT);
  const ssl = readTls(parameters);
  const directTls = parameters.choice('sslNegotiation', { postgres: false, direct: true }) ?? false;
  if (directTls && ['disable', 'prefer'].includes(ssl.mode)) {
    throw parameters.wrong('sslNegotiation', 'postgres, or direct with sslmode=require or a stricter one');
  }
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
    ssl,
    directTls,
    channelBinding: /^(?:prefer|require)$/i.test(parameters.text('channelBinding') ?? ''),
    connectTimeoutMs: smaller(parameters.duration(1000, 'connectTimeout'), parameters.duration(1000, 'loginTimeout')),
    socketTimeoutMs: parameters.duration(1000, 'socketTimeout'),
    warnings: parameters.warnings(),
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
