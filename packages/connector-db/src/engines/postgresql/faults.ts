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
