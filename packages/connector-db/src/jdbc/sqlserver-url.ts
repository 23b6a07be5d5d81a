import { type SqlServerAddress } from './database-address.js';
import { Parameters, readHost } from './parameters.js';

const URL = 'jdbc:sqlserver';

/** Properties of the driver that change nothing here. */
const WITHOUT_EFFECT = [
  'calcBigDecimalPrecision',
  'cancelQueryTimeout',
  'columnEncryptionSetting',
  'connectRetryCount',
  'connectRetryInterval',
  'datetimeParameterType',
  'delayLoadingLobs',
  'disableStatementPooling',
  'enablePrepareOnFirstPreparedStatementCall',
  'fips',
  'ignoreOffsetOnDateTimeOffsetConversion',
  'lastUpdateCount',
  'lockTimeout',
  'packetSize',
  'prepareMethod',
  'queryTimeout',
  'replication',
  'responseBuffering',
  'selectMethod',
  'sendStringParametersAsUnicode',
  'sendTemporalDataTypesAsStringForBulkCopy',
  'sendTimeAsDatetime',
  'serverNameAsACE',
  'serverPreparedStatementDiscardThreshold',
  'sslProtocol',
  'statementPoolingCacheSize',
  'transparentNetworkIPResolution',
  'useFmtOnly',
  'workstationID',
  'xopenStates',
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
  parameters.ignore('serverName', 'server', 'instanceName', 'portNumber', 'port', ...WITHOUT_EFFECT);
  if (!named || (portText !== undefined && !/^\d{1,5}$/.test(portText))) {
    throw new Error(`The ${URL} URL names a host that cannot be read. Expected host\\instance:port.`);
  }
  const host = bareHost.includes(':') && !bareHost.startsWith('[') ? `[${bareHost}]` : bareHost;
  const { host: name, port } = readHost(portText ? `${host}:${portText}` : host, 1433, URL);
  refuseOtherLogins(parameters);
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
    applicationName: parameters.text('applicationName'),
    readOnlyIntent:
      parameters.choice('applicationIntent', { readonly: 'ReadOnly', readwrite: 'ReadWrite' }) === 'ReadOnly',
    multiSubnetFailover: parameters.flag('multiSubnetFailover') ?? false,
    domain: parameters.text('domain', 'domainName'),
    connectTimeoutMs: parameters.duration(1000, 'loginTimeout'),
    socketTimeoutMs: parameters.duration(1, 'socketTimeout'),
    warnings: parameters.unknownWarnings(),
  };
}

/** Logins by the Windows account of the process or by Azure's directory have no counterpart here. */
function refuseOtherLogins(parameters: Parameters): void {
  const scheme = parameters.choice('authenticationScheme', {
    ntlm: 'NTLM',
    nativeauthentication: 'native',
    javakerberos: 'JavaKerberos',
  });
  const authentication = parameters.text('authentication');
  const integrated = parameters.flag('integratedSecurity');
  if (authentication && !/^(SqlPassword|NotSpecified)$/i.test(authentication)) {
    throw parameters.wrong('authentication', 'SqlPassword, the only login by which this server is asked');
  }
  if (integrated && scheme !== 'NTLM') {
    throw parameters.wrong(
      'integratedSecurity',
      'false, or authenticationScheme=NTLM with domain, user and password beside it',
    );
  }
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
