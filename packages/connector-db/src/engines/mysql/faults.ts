import { codes } from '../../errors/error-codes.js';
import { type DatabaseFault, faults, networkFault } from '../faults.js';
import { PublicKeyNotAllowedError } from './public-key.js';

const TIMEOUTS = new Set([1969, 3024]);
const LOGIN_REFUSED = new Set([1045, 1130, 1698, 3118]);
const PERMISSION_DENIED = new Set([1044, 1142, 1143, 1227, 1370]);
const CONFLICTS = new Set([1205, 1213]);
const UNAVAILABLE = new Set([1317, 1040, 1053, 1077, 1080, 1203, 1226, 1927, 2006, 2013]);
const SELECT_REJECTED = new Set([1267, 1271, 1305, 1222, 1235]);

/** Login plugins that the driver does not have. */
const LOGINS: Record<string, string> = {
  client_ed25519: 'ed25519',
  parsec: 'PARSEC',
  dialog: 'PAM (dialog)',
  auth_gssapi_client: 'Kerberos (GSSAPI)',
  authentication_kerberos_client: 'Kerberos',
  authentication_ldap_sasl_client: 'LDAP (SASL)',
  authentication_windows_client: 'Windows',
  authentication_webauthn_client: 'WebAuthn',
  authentication_oci_client: 'Oracle Cloud (IAM)',
};
const LOGIN_REMEDY =
  'Give the user of the connector a login by mysql_native_password (MariaDB) or caching_sha2_password (MySQL).';

/**
 * Returns the meaning of an error of MySQL, MariaDB or mysql2; `undefined` for other errors. The server's own words are used
 * only if they are about the select's text, never if they may contain a value.
 *
 * @see https://mariadb.com/kb/en/mariadb-error-code-reference/
 */
export function mysqlFault(error: unknown): DatabaseFault | undefined {
  const { code, errno, sqlState, message } = error as {
    code?: string;
    errno?: number;
    sqlState?: string;
    message: string;
  };
  if (sqlState === undefined || errno === undefined) {
    if (error instanceof PublicKeyNotAllowedError) {
      return {
        kind: 'misconfigured',
        code: codes['db.login.public-key-not-allowed'],
        message: "the login needs the server's public key, which the JDBC URL does not allow to request",
        remedy:
          'Use TLS, name the key file in serverRSAPublicKeyFile, or set allowPublicKeyRetrieval=true in the JDBC URL.',
      };
    }
    const plugin = /unknown plugin ([\w-]+)/.exec(message)?.[1];
    if (plugin) return faults.loginUnsupported(LOGINS[plugin] ?? plugin, LOGIN_REMEDY);
    if (code === 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED') {
      return faults.loginUnsupported(
        'a password in clear text (PAM, LDAP) without TLS',
        'Set sslMode=VERIFY_IDENTITY in the JDBC URL, or give the user a login by caching_sha2_password.',
      );
    }
    if (code === 'HANDSHAKE_NO_SSL_SUPPORT' || code === 'HANDSHAKE_SSL_ERROR') return faults.tls(message);
    if (/closed state|connection (is )?(closed|lost)|socket/i.test(message)) return faults.connectionLost();
    return networkFault(error);
  }
  const number = `(error ${errno})`;
  const words = `${message} ${number}`;
  if (TIMEOUTS.has(errno)) {
    return faults.statementTimeout(`the statement took longer than its time-out ${number}`);
  }
  if (LOGIN_REFUSED.has(errno)) return faults.loginRefused(words);
  if (PERMISSION_DENIED.has(errno)) return faults.permissionDenied(words);
  if (CONFLICTS.has(errno)) return faults.conflict(`another statement was in the way ${number}`);
  if (UNAVAILABLE.has(errno)) return faults.unavailable(words);
  if (errno === 1792 || errno === 1290) return faults.selectWrites(`the select writes ${number}`);
  if (errno === 1049) return faults.databaseUnknown(words);
  if (sqlState.startsWith('42') || SELECT_REJECTED.has(errno)) return faults.selectRejected(words);
  if (sqlState.startsWith('22')) {
    return faults.notConverted(`a value cannot be converted to the type of its column ${number}`);
  }
  if (sqlState.startsWith('08')) return faults.connectionLost(`the connection was lost ${number}`);
  return faults.failed(`the database failed ${number}`);
}
