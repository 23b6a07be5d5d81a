import { withCode } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';
import { type DatabaseAddress } from './database-address.js';
import { parseJtdsUrl } from './jtds-url.js';
import { parseMysqlUrl } from './mysql-url.js';
import { parseOracleUrl } from './oracle-url.js';
import { parsePostgresqlUrl } from './postgresql-url.js';
import { parseSqlServerUrl } from './sqlserver-url.js';
import { parseSqliteUrl } from './sqlite-url.js';

type Parse = (rest: string) => DatabaseAddress;

/** For each supported URL, its parser and its Java drivers. */
const URLS: Record<string, { parse: Parse; drivers: string[] }> = {
  postgresql: { parse: parsePostgresqlUrl, drivers: ['org.postgresql.Driver'] },
  mysql: {
    parse: (rest) => parseMysqlUrl('mysql', rest),
    drivers: ['com.mysql.cj.jdbc.Driver', 'com.mysql.jdbc.Driver', 'org.mariadb.jdbc.Driver'],
  },
  mariadb: { parse: (rest) => parseMysqlUrl('mariadb', rest), drivers: ['org.mariadb.jdbc.Driver'] },
  oracle: { parse: parseOracleUrl, drivers: ['oracle.jdbc.OracleDriver', 'oracle.jdbc.driver.OracleDriver'] },
  sqlserver: { parse: parseSqlServerUrl, drivers: ['com.microsoft.sqlserver.jdbc.SQLServerDriver'] },
  jtds: { parse: parseJtdsUrl, drivers: ['net.sourceforge.jtds.jdbc.Driver'] },
  sqlite: { parse: parseSqliteUrl, drivers: ['org.sqlite.JDBC'] },
};

const BY_DICOM = 'Search this archive with a connector of type DICOM or DICOM_WEB.';
/** What to do about URLs of other drivers. */
const OTHER_URLS: Record<string, string> = {
  'aws-wrapper':
    'Write jdbc:postgresql: or jdbc:mysql: instead of jdbc:aws-wrapper:…, and log in by password instead of IAM.',
  'mysql+srv': 'Name the hosts: jdbc:mysql://host:port,host2:port/database.',
  db2: BY_DICOM,
  as400: BY_DICOM,
  firebirdsql: BY_DICOM,
  firebird: BY_DICOM,
  h2: BY_DICOM,
  derby: BY_DICOM,
  hsqldb: BY_DICOM,
};

/**
 * Parses a JDBC URL with the defaults, escapes and units of its own Java driver.
 *
 * @param uri `db-connector.uri`
 * @param driver `db-connector.driver`, the Java class of the driver. The URL selects the database; a class of another database
 *   causes one of the `warnings`.
 * @throws UnusableSettingError if the URL asks for what is not supported, such as a login by Kerberos.
 * @throws Error if the URL cannot be read, or if a parameter's value is wrong. The message names the parameter and contains no part
 *   of the URL that could be a password.
 */
export function parseJdbcUrl(uri: string, driver?: string): DatabaseAddress {
  const match = /^\s*jdbc:([a-z]+):(.*?)\s*$/is.exec(uri);
  const scheme = match?.[1]?.toLowerCase() ?? '';
  const known = Object.hasOwn(URLS, scheme) ? URLS[scheme] : undefined;
  if (!match || !known) {
    const other = /^\s*jdbc:([a-z0-9+-]+)/i.exec(uri)?.[1]?.toLowerCase() ?? '';
    const remedy = Object.hasOwn(OTHER_URLS, other) ? OTHER_URLS[other] : undefined;
    if (remedy) throw new Error(`The jdbc:${other} URL is not supported. ${remedy}`);
    const schemes = Object.keys(URLS).map((name) => `jdbc:${name}:`);
    throw new Error(
      `The database's address is not a JDBC URL of a known database. Expected one that begins with ${schemes.join(', ')}.`,
    );
  }
  const address = known.parse(match[2] ?? '');
  if (driver && !known.drivers.includes(driver.trim())) {
    address.warnings.push(
      withCode(
        `The driver ${driver.trim()} does not belong to a jdbc:${scheme} URL and is ignored. ` +
          `The driver of such a URL is ${known.drivers[0]}.`,
        codes['db.url.driver-ignored'],
      ),
    );
  }
  return address;
}
