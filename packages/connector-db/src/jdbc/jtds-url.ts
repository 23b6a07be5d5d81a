import { codes } from '../errors/error-codes.js';
import { UnusableSettingError } from '../errors/unusable-setting-error.js';
import { type SqlServerAddress } from './database-address.js';
import { Parameters, readHost, type Unsupported, type WithoutEffect } from './parameters.js';

const URL = 'jdbc:jtds';

/** Properties of jTDS that ask for nothing that is missing here. */
const OF_THE_JAVA_DRIVER = [
  'autoCommit',
  'batchSize',
  'bufferDir',
  'bufferMaxMemory',
  'bufferMinPackets',
  'cacheMetaData',
  'charset',
  'lastUpdateCount',
  'lobBuffer',
  'macAddress',
  'maxStatements',
  'prepareSQL',
  'progName',
  'sendStringParametersAsUnicode',
  'tcpNoDelay',
  'TDS',
  'useCursors',
  'useJCIFS',
  'useKerberos',
  'useLOBs',
  'useNTLMv2',
  'xaEmulation',
];

const WITHOUT_EFFECT: WithoutEffect[] = [
  { name: 'bindAddress', effect: 'The operating system chooses the local address.' },
];

const UNSUPPORTED: Unsupported[] = [
  {
    name: 'namedPipe',
    values: /^true$/i,
    asksFor: 'a named pipe',
    remedy: 'Name the host and port of the server in the JDBC URL.',
    code: codes['db.url.invalid'],
  },
  {
    name: 'useKerberos',
    values: /^true$/i,
    asksFor: 'a login by Kerberos',
    remedy: 'Give the connector a login of SQL Server, and set db-connector.user and db-connector.password.',
  },
];

/** `request` falls back to no encryption. SQL Server always has a certificate, so it never has to. */
const TLS = {
  off: { encrypt: false, trustServerCertificate: false },
  request: { encrypt: true, trustServerCertificate: true },
  require: { encrypt: true, trustServerCertificate: true },
  authenticate: { encrypt: true, trustServerCertificate: false },
};

/**
 * Parses a URL of jTDS: `jdbc:jtds:sqlserver://host:port/database;property=value;…`. Its connections are not encrypted by default.
 *
 * @param rest the URL without `jdbc:jtds:`
 * @see https://jtds.sourceforge.net/faq.html
 */
export function parseJtdsUrl(rest: string): SqlServerAddress {
  if (/^sybase:/i.test(rest)) {
    throw new UnusableSettingError(
      codes['db.url.invalid'],
      `The ${URL} URL names a database of Sybase, which is not supported.`,
      'Search this archive with a connector of type DICOM or DICOM_WEB.',
    );
  }
  const match = /^sqlserver:\/\/([^/;]*)(?:\/([^;]*))?(?:;(.*))?$/is.exec(rest);
  if (!match) {
    throw new Error(`The ${URL} URL cannot be read. Expected: ${URL}:sqlserver://host:port/database;property=….`);
  }
  const [, place = '', database = '', properties = ''] = match;
  const parameters = new Parameters(URL, true);
  for (const property of properties.split(';')) {
    const [name = '', ...value] = property.split('=');
    if (name.trim()) parameters.set(name.trim(), value.join('='));
  }
  parameters.requireSupported(UNSUPPORTED);
  parameters.warnWithoutEffect(WITHOUT_EFFECT);
  parameters.ignore(...OF_THE_JAVA_DRIVER);
  const { host, port } = readHost(place, 1433, URL);
  const instanceName = parameters.text('instance');
  const portIsNamed = /:\d+$/.test(place);
  return {
    engine: 'mssql',
    host,
    port: instanceName && !portIsNamed ? undefined : port,
    instanceName,
    database: database || parameters.text('databaseName'),
    user: parameters.text('user'),
    password: parameters.text('password'),
    ...(parameters.choice('ssl', TLS) ?? TLS.off),
    applicationName: parameters.text('appName'),
    packetSize: parameters.packetSize(),
    workstationId: parameters.text('wsid'),
    readOnlyIntent: false,
    multiSubnetFailover: false,
    domain: parameters.text('domain'),
    connectTimeoutMs: parameters.duration(1000, 'loginTimeout'),
    socketTimeoutMs: parameters.duration(1000, 'socketTimeout'),
    warnings: parameters.warnings(),
  };
}
