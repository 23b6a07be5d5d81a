import { codes } from '../errors/error-codes.js';
import { UnusableSettingError } from '../errors/unusable-setting-error.js';
import { type SqlServerAddress } from './database-address.js';
import { Parameters, readHost, smaller, type Unsupported, type WithoutEffect } from './parameters.js';

const URL = 'jdbc:sqlserver';

/** Properties of the driver that ask for nothing that is missing here. */
const OF_THE_JAVA_DRIVER = [
  // PEM has neither.
  'trustStorePassword',
  'trustStoreType',
  'calcBigDecimalPrecision',
  'cancelQueryTimeout',
  'connectRetryCount',
  'connectRetryInterval',
  'datetimeParameterType',
  'delayLoadingLobs',
  'disableStatementPooling',
  'enablePrepareOnFirstPreparedStatementCall',
  'ignoreOffsetOnDateTimeOffsetConversion',
  'lastUpdateCount',
  'prepareMethod',
  'replication',
  'responseBuffering',
  'selectMethod',
  'sendStringParametersAsUnicode',
  'sendTemporalDataTypesAsStringForBulkCopy',
  'sendTimeAsDatetime',
  'serverNameAsACE',
  'serverPreparedStatementDiscardThreshold',
  'statementPoolingCacheSize',
  'transparentNetworkIPResolution',
  'useFmtOnly',
  'xopenStates',
];

const WITHOUT_EFFECT: WithoutEffect[] = [
  {
    name: 'columnEncryptionSetting',
    values: /^enabled$/i,
    effect: 'Columns of Always Encrypted return encrypted bytes.',
  },
  { name: 'failoverPartner', effect: 'Only the first server is tried.' },
  { name: 'fips', values: /^true$/i, effect: 'The settings of Node.js decide about FIPS.' },
  { name: 'iPAddressPreference', effect: 'Node.js chooses among several addresses.' },
  {
    name: 'lockTimeout',
    values: /^[1-9]|^0$/,
    effect: 'Statements that wait for a lock end at db-connector.statement-timeout.',
  },
  { name: 'socketFactoryClass', effect: 'The connection is made to the host and port of the URL.' },
  {
    name: 'trustManagerClass',
    effect: 'Node.js checks the certificate. Name its authority in serverCertificate or trustStore.',
  },
  ...[
    'gsscredential',
    'jaasConfigurationName',
    'realm',
    'serverSpn',
    'useDefaultGSSCredential',
    'useDefaultJaasConfig',
  ].map((name) => ({ name, effect: 'The login is by password.' })),
];

const SQL_LOGIN = 'Give the connector a login of SQL Server, and set db-connector.user and db-connector.password.';
const UNSUPPORTED: Unsupported[] = [
  {
    name: 'authentication',
    values: /^(?!(?:SqlPassword|NotSpecified)$)./i,
    asksFor: 'a login by Azure Active Directory (Microsoft Entra) or Windows',
    remedy: SQL_LOGIN,
  },
  ...['accessToken', 'accessTokenCallbackClass'].map((name) => ({
    name,
    asksFor: 'a login by token',
    remedy: SQL_LOGIN,
  })),
  ...['clientCertificate', 'clientKey'].map((name) => ({ name, asksFor: 'a login by certificate', remedy: SQL_LOGIN })),
];

const ENCRYPTION: Record<string, boolean | 'strict'> = {
  true: true,
  yes: true,
  mandatory: true,
  false: false,
  no: false,
  optional: false,
  strict: 'strict',
};

/**
 * Parses a URL of Microsoft's JDBC driver: `jdbc:sqlserver://host\instance:port;property=value;…`, a value with special
 * characters in braces, a closing brace in it doubled. Letter case of property names is ignored.
 *
 * Encrypted by default, as in the driver since 10.2.
 *
 * @param rest the URL without `jdbc:sqlserver:`
 * @see https://learn.microsoft.com/sql/connect/jdbc/building-the-connection-url
 */
export function parseSqlServerUrl(rest: string): SqlServerAddress {
  const match = /^\/\/([^;]*)(?:;(.*))?$/s.exec(rest);
  if (!match) throw new Error(`The ${URL} URL cannot be read. Expected: ${URL}://host:port;databaseName=…;property=….`);
  const [, place = '', properties = ''] = match;
  const parameters = new Parameters(URL, true);
  readProperties(properties, parameters);

  const named = /^([^\\:[\]]*|\[[^\]]*\])(?:\\([^:]+))?(?::(\d+))?$/.exec(place.trim());
  const bareHost = named?.[1] || parameters.text('serverName', 'server') || '';
  const instanceName = named?.[2] || parameters.text('instanceName');
  const portText = named?.[3] ?? parameters.text('portNumber', 'port');
  parameters.ignore('serverName', 'server', 'instanceName', 'portNumber', 'port', ...OF_THE_JAVA_DRIVER);
  if (!named || (portText !== undefined && !/^\d{1,5}$/.test(portText))) {
    throw new Error(`The ${URL} URL names a host that cannot be read. Expected host\\instance:port.`);
  }
  const host = bareHost.includes(':') && !bareHost.startsWith('[') ? `[${bareHost}]` : bareHost;
  const { host: name, port } = readHost(portText ? `${host}:${portText}` : host, 1433, URL);
  parameters.requireSupported(UNSUPPORTED);
  requirePassword(parameters);
  parameters.warnWithoutEffect(WITHOUT_EFFECT);
  return {
    engine: 'mssql',
    host: name,
    // The SQL Server Browser reports the port of an instance, unless the URL contains it.
    port: instanceName && portText === undefined ? undefined : port,
    instanceName,
    database: parameters.text('databaseName', 'database'),
    user: parameters.text('user', 'userName'),
    password: parameters.text('password'),
    encrypt: parameters.choice('encrypt', ENCRYPTION) ?? true,
    trustServerCertificate: parameters.flag('trustServerCertificate') ?? false,
    hostNameInCertificate: parameters.text('hostNameInCertificate'),
    serverCertificateFile: parameters.text('serverCertificate'),
    trustStoreFile: parameters.text('trustStore'),
    maxTlsVersion: maxTlsVersion(parameters),
    packetSize: parameters.packetSize(),
    workstationId: parameters.text('workstationID'),
    applicationName: parameters.text('applicationName'),
    readOnlyIntent:
      parameters.choice('applicationIntent', { readonly: 'ReadOnly', readwrite: 'ReadWrite' }) === 'ReadOnly',
    multiSubnetFailover: parameters.flag('multiSubnetFailover') ?? false,
    domain: parameters.text('domain', 'domainName'),
    connectTimeoutMs: parameters.duration(1000, 'loginTimeout'),
    socketTimeoutMs: smaller(parameters.duration(1, 'socketTimeout'), queryTimeout(parameters)),
    warnings: parameters.warnings(),
  };
}

/**
 * Logins by the Windows account of the process have no counterpart here.
 *
 * @throws UnusableSettingError
 */
function requirePassword(parameters: Parameters): void {
  const scheme = parameters.choice('authenticationScheme', {
    ntlm: 'NTLM',
    nativeauthentication: 'native',
    javakerberos: 'JavaKerberos',
  });
  if (!parameters.flag('integratedSecurity') || scheme === 'NTLM') return;
  throw new UnusableSettingError(
    codes['db.login.unsupported'],
    `The parameter integratedSecurity of the ${URL} URL asks for a login by the Windows account of the process, which is not supported.`,
    'Remove it and set db-connector.user and db-connector.password, or add authenticationScheme=NTLM;domain=…',
  );
}

/** Returns the highest TLS version. `TLS` allows all. */
function maxTlsVersion(parameters: Parameters): SqlServerAddress['maxTlsVersion'] {
  return parameters.text('sslProtocol')?.toUpperCase() === 'TLS'
    ? undefined
    : parameters.tlsVersions('sslProtocol').maxVersion;
}

/** Returns the longest time of a statement, milliseconds. -1 and 0 set none. */
function queryTimeout(parameters: Parameters): number | undefined {
  return parameters.text('queryTimeout') === '-1' ? undefined : parameters.duration(1000, 'queryTimeout');
}

/** Reads properties such as `a=1;b={x;y}};z}`. */
function readProperties(text: string, parameters: Parameters): void {
  const pattern = /\s*([^=;{}]*?)\s*=\s*(?:\{((?:[^}]|\}\})*)\}\s*|([^;{}]*))(?:;|$)|\s*(?:;|$)/gy;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (!match) {
      throw new Error(
        `The properties of the ${URL} URL cannot be read. Expected name=value;name={value};…, a } doubled.`,
      );
    }
    if (match[1]) parameters.set(match[1], match[2]?.replaceAll('}}', '}') ?? match[3]?.trim() ?? '');
  }
}
