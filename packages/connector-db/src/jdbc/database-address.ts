/** The database engines that are known. MariaDB counts as `mysql`: one client and one dialect serve both. */
export type DatabaseEngine = 'postgresql' | 'mysql' | 'oracle' | 'mssql' | 'sqlite';

export interface DatabaseHost {
  /** Name or address; an IPv6 address without its brackets. */
  host: string;
  port: number;
}

/**
 * How a connection is encrypted.
 * - `disable`: never
 * - `prefer`: where the server offers it, without checking its certificate
 * - `require`: always, without checking its certificate
 * - `verify-ca`: always; the certificate has to be signed by a known authority
 * - `verify-full`: that, and it has to name the host
 */
export type TlsMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

export interface DatabaseTls {
  mode: TlsMode;
  /** Certificates of the authorities that sign servers' certificates: a file's path. Not given: those of Node. */
  caFile?: string;
  /** The same as PEM text, where the URL holds it. */
  ca?: string;
  /** Our own certificate and key: files' paths. */
  certFile?: string;
  keyFile?: string;
  /** Password of `keyFile` or of `keyStoreFile`. */
  keyPassword?: string;
  /** PKCS #12 stores (not Java's JKS): our certificate and key, and the authorities' certificates. */
  keyStoreFile?: string;
  trustStoreFile?: string;
  trustStorePassword?: string;
  /** The name that the server's certificate has to hold, where it is not that of the host. */
  serverName?: string;
}

interface AddressBase {
  user?: string;
  password?: string;
  /** Longest time for making a connection, milliseconds. Not given: the URL sets none. */
  connectTimeoutMs?: number;
  /** Longest silence of the server during a query, milliseconds. Not given: the URL sets none. */
  socketTimeoutMs?: number;
  /** What the URL asks and gets not or differently, a sentence each, for an operator. No secrets. */
  warnings: string[];
}

export interface PostgresqlAddress extends AddressBase {
  engine: 'postgresql';
  /** At least one; to be tried in this order. */
  hosts: DatabaseHost[];
  /** Not given: the user's name is that of the database, as PostgreSQL has it. */
  database?: string;
  /** The search path: schema names, comma between. */
  schema?: string;
  ssl: DatabaseTls;
  applicationName?: string;
  /** Settings of the session, as `-c name=value`. */
  options?: string;
  /** Which of several hosts is wanted; `any` unless told. */
  targetServerType: 'any' | 'primary' | 'secondary' | 'preferPrimary' | 'preferSecondary';
}

export interface MysqlAddress extends AddressBase {
  engine: 'mysql';
  /** At least one; to be tried in this order. */
  hosts: DatabaseHost[];
  database?: string;
  ssl: DatabaseTls;
  /** Collation of the session, `utf8mb4_bin` for example. */
  collation?: string;
  /** Whether a password may be sent by the public key that the server hands out itself. */
  allowPublicKeyRetrieval: boolean;
  compress: boolean;
}

export interface OracleAddress extends AddressBase {
  engine: 'oracle';
  /** What node-oracledb's thin mode connects with: Easy Connect, a descriptor, or an alias of `tnsnames.ora`. */
  connectString: string;
  /** Folder of `tnsnames.ora`, for an alias. */
  configDir?: string;
  /** Facts of the Easy Connect forms, for messages; a descriptor or alias has none. */
  hosts: DatabaseHost[];
  serviceName?: string;
  sid?: string;
}

export interface SqlServerAddress extends AddressBase {
  engine: 'mssql';
  host: string;
  /** Not given: the SQL Server Browser tells the port of `instanceName`. */
  port?: number;
  instanceName?: string;
  database?: string;
  /** `strict`: TDS 8.0, encrypted from the first byte. */
  encrypt: boolean | 'strict';
  trustServerCertificate: boolean;
  /** The name that the server's certificate has to hold, where it is not that of the host. */
  hostNameInCertificate?: string;
  /** The server's certificate: a file's path. */
  serverCertificateFile?: string;
  applicationName?: string;
  readOnlyIntent: boolean;
  multiSubnetFailover: boolean;
  /** NTLM with this Windows domain. */
  domain?: string;
}

export interface SqliteAddress extends AddressBase {
  engine: 'sqlite';
  /** A file's path as the process sees it, or `:memory:`. */
  file: string;
  /** Whether the URL says that nobody writes the file (`immutable=1`): it may then lie on a read-only medium. */
  immutable: boolean;
}

/** Where a database is and how it is reached: a JDBC URL, understood. */
export type DatabaseAddress = PostgresqlAddress | MysqlAddress | OracleAddress | SqlServerAddress | SqliteAddress;

const KNEX_CLIENTS = {
  postgresql: 'pg',
  mysql: 'mysql2',
  oracle: 'oracledb',
  mssql: 'mssql',
  sqlite: 'better-sqlite3',
} as const satisfies Record<DatabaseEngine, string>;

/** knex's name of the client that speaks to `engine`. */
export function knexClientOf(engine: DatabaseEngine): (typeof KNEX_CLIENTS)[DatabaseEngine] {
  return KNEX_CLIENTS[engine];
}
