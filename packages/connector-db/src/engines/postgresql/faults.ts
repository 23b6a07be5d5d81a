import { type DatabaseFault, faults, networkFault } from '../faults.js';

/**
 * Returns the meaning of an error of PostgreSQL, PgBouncer or pg; `undefined` for other errors. The server's own words are used
 * only if they are about the select's text, never if they may contain a value.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function postgresqlFault(error: unknown): DatabaseFault | undefined {
  const { code, message } = error as { code?: string; message: string };
  if (code && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]+$/.test(code)) return sqlStateFault(code, message);
  const login = /^Unknown authenticationOk message type (\d+)$/.exec(message);
  if (login) {
    const method = LOGIN_METHODS[Number(login[1])] ?? `an unknown method (${login[1]})`;
    return faults.loginUnsupported(method, 'Allow scram-sha-256 for this user and host in pg_hba.conf.');
  }
  const network = networkFault(error);
  if (network) return network;
  // pg has no codes for its own errors.
  if (/timeout expired|timeout exceeded/i.test(message)) return faults.unreachable();
  if (/terminated|ended|not queryable/i.test(message)) return faults.connectionLost();
  if (/SSL connections/.test(message)) return faults.tls(message);
  if (/SSL|SASL|SCRAM|password/i.test(message)) {
    return faults.loginRefused(`no login: ${message}`, 'Check user, password and the ssl parameters of the JDBC URL.');
  }
  return undefined;
}

/** Methods that the driver does not know, by their numbers in AuthenticationRequest (PostgreSQL manual, 54.7). */
const LOGIN_METHODS: Record<number, string> = {
  2: 'Kerberos 5',
  6: 'SCM credentials',
  7: 'Kerberos (GSSAPI)',
  8: 'Kerberos (GSSAPI)',
  9: 'Windows (SSPI)',
};

/** Returns the fault of a refusal by PgBouncer, which has the code 08P01 for all of them. Only its text contains the reason. */
function poolerFault(message: string): DatabaseFault {
  const words = `the pooler refused: ${message} (SQLSTATE 08P01)`;
  if (/SSL required/i.test(message)) return faults.tls(words);
  if (/password|auth|no such user|login/i.test(message)) {
    return faults.loginRefused(words, 'Check user and password, and the auth_file and auth_query of PgBouncer.');
  }
  if (/no such database|database .*not exist/i.test(message)) return faults.databaseUnknown(words);
  if (/no more connections|too many|cannot connect|timeout|shut|crash|paus|disabled/i.test(message))
    return faults.unavailable(words);
  return faults.poolerRefused(words, poolerRemedy(message));
}

function poolerRemedy(message: string): string {
  if (/transaction/i.test(message)) return 'Set pool_mode to transaction or session for this database in PgBouncer.';
  if (/startup parameter/i.test(message)) {
    return 'Remove the parameter from the JDBC URL, or list it in ignore_startup_parameters of PgBouncer.';
  }
  return 'Check the configuration of PgBouncer.';
}

function sqlStateFault(code: string, message: string): DatabaseFault {
  const state = `(SQLSTATE ${code})`;
  const words = `${message} ${state}`;
  switch (code) {
    case '57014':
      return faults.statementTimeout(`the statement took longer than its time-out ${state}`);
    case '42501':
      return faults.permissionDenied(words);
    case '25006':
      return faults.selectWrites(`${message}: the select writes ${state}`);
    case '3D000':
      return faults.databaseUnknown(words);
    case '08P01':
      return poolerFault(message);
    case '57P04':
      return faults.databaseUnknown(`the database was dropped ${state}`);
  }
  switch (code.slice(0, 2)) {
    case '28':
      return faults.loginRefused(words, 'Check user and password, and which logins pg_hba.conf allows.');
    case '42':
    case '3F':
      return faults.selectRejected(words);
    case '22':
      return faults.notConverted(
        `a value does not fit the type of the column that it is compared with, or the select cannot convert one ${state}`,
      );
    case '08':
      return faults.connectionLost(`the connection was lost ${state}`);
    case '53':
    case '57':
    case '58':
      return faults.unavailable(words);
    case '40':
    case '55':
      return faults.conflict(`another statement was in the way ${state}`);
    default:
      return faults.failed(`the database failed ${state}`);
  }
}
