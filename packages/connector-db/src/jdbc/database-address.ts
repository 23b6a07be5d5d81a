import { type SecureVersion } from 'node:tls';

/** The supported database engines. MariaDB counts as `mysql`: both have the same client and dialect. */
export type DatabaseEngine = 'postgresql' | 'mysql' | 'oracle' | 'mssql' | 'sqlite';

export interface DatabaseHost {
  /** Name or address; an IPv6 address without its brackets. */
  host: string;
  port: number;
}

/**
 * How a connection is encrypted.
 * - `disable`: never
 * - `prefer`: if the server offers it, without checking its certificate
 * - `require`: always, without checking its certificate
 * - `verify-ca`: always; the certificate has to be signed by a known authority
 * - `verify-full`: that, and it has to name the host
 */
export type TlsMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

export interface DatabaseTls {
  mode: TlsMode;
  /** Path of a file with the certificates of trusted authorities; default: those of Node.js. */
  caFile?: string;
  /** The same as PEM text, if the URL contains it. */
  ca?: string;
  /** Paths of the client certificate and its key. */
  certFile?: string;
  keyFile?: string;
  /** Password of `keyFile` or of `keyStoreFile`. */
  keyPassword?: string;
  /** PKCS #12 stores (not Java's JKS) of the client certificate with its key, and of the authorities' certificates. */
  keyStoreFile?: string;
  trustStoreFile?: string;
  trustStorePassword?: string;
  /** The name that the server's certificate must contain, if it is not that of the host. */
  serverName?: string;
  /** The lowest and the highest version; default: those of Node.js. */
  minVersion?: SecureVersion;
  maxVersion?: SecureVersion;
}

interface AddressBase {
  user?: string;
  password?: string;
  /** Longest time for making a connection, milliseconds; `undefined` if the URL sets none. */
  connectTimeoutMs?: number;
  /** Longest silence of the server during a query, milliseconds; `undefined` if the URL sets none. */
  socketTimeoutMs?: number;
  /** Warnings about what the URL asks for and does not get, one sentence each, without secrets. */
  warnings: string[];
}

export interface PostgresqlAddress extends AddressBase {
  engine: 'postgresql';
  /** At least one host. They are tried in this order. */
  hosts: DatabaseHost[];
  /** Default: the user's name, as in PostgreSQL. */
  database?: string;
  /** The search path: schema names, comma between. */
  schema?: string;
  ssl: DatabaseTls;
  /** TLS begins with the first byte, without a request for it. */
  directTls: boolean;
  /** The login proves which TLS connection it belongs to, if the server offers that. */
  channelBinding: boolean;
  applicationName?: string;
  /** Settings of the session, as `-c name=value`. */
  options?: string;
  /** Which of several hosts is used; default `any`. */
  targetServerType: 'any' | 'primary' | 'secondary' | 'preferPrimary' | 'preferSecondary';
}

export interface MysqlAddress extends AddressBase {
  engine: 'mysql';
  /** At least one host. They are tried in this order. */
  hosts: DatabaseHost[];
  database?: string;
  ssl: DatabaseTls;
  /** Collation of the session, `utf8mb4_bin` for example. */
  collation?: string;
  /** Whether the password may be encrypted with a public key that the server sends. */
  allowPublicKeyRetrieval: boolean;
  /** Path of a file with the server's public key, PEM. */
  publicKeyFile?: string;
  compress: boolean;
  /** Settings of each session, as `name=value` with commas between: what comes after SET. */
  sessionVariables?: string;
}

export interface OracleAddress extends AddressBase {
  engine: 'oracle';
  /** The connect string for node-oracledb's thin mode: Easy Connect, a descriptor, or an alias of `tnsnames.ora`. */
  connectString: string;
  /** Folder of `tnsnames.ora`, for an alias. */
  configDir?: string;
  /** Folder of the wallet, and its password. */
  walletLocation?: string;
  walletPassword?: string;
  /** Hosts of the Easy Connect forms, for messages; empty for a descriptor or an alias. */
  hosts: DatabaseHost[];
  serviceName?: string;
  sid?: string;
}

export interface SqlServerAddress extends AddressBase {
  engine: 'mssql';
  host: string;
  /** Default: the port of `instanceName` that the SQL Server Browser reports. */
  port?: number;
  instanceName?: string;
  database?: string;
  /** `strict`: TDS 8.0, encrypted from the first byte. */
  encrypt: boolean | 'strict';
  trustServerCertificate: boolean;
  /** The name that the server's certificate must contain, if it is not that of the host. */
  hostNameInCertificate?: string;
  /** The server's certificate, or that of its authority: a file's path. */
  serverCertificateFile?: string;
  /** The certificates of trusted authorities: a file's path. */
  trustStoreFile?: string;
  /** The highest TLS version. */
  maxTlsVersion?: SecureVersion;
  /** Bytes of a packet of TDS. */
  packetSize?: number;
  /** The name of this machine in the list of sessions. */
  workstationId?: string;
  applicationName?: string;
  readOnlyIntent: boolean;
  multiSubnetFailover: boolean;
  /** NTLM with this Windows domain. */
  domain?: string;
}

export interface SqliteAddress extends AddressBase {
  engine: 'sqlite';
  /** Path of the file, or `:memory:`. */
  file: string;
  /** Whether the URL says that the file never changes (`immutable=1`). It may then be on a read-only medium. */
  immutable: boolean;
}

/** Where a database is and how to reach it: the contents of a JDBC URL. */
export type DatabaseAddress = PostgresqlAddress | MysqlAddress | OracleAddress | SqlServerAddress | SqliteAddress;

const KNEX_CLIENTS = {
  postgresql: 'pg',
  mysql: 'mysql2',
  oracle: 'oracledb',
  mssql: 'mssql',
  sqlite: 'better-sqlite3',
} as const satisfies Record<DatabaseEngine, string>;

/** Returns the name of knex's client for `engine`. */
export function knexClientOf(engine: DatabaseEngine): (typeof KNEX_CLIENTS)[DatabaseEngine] {
  return KNEX_CLIENTS[engine];
}
