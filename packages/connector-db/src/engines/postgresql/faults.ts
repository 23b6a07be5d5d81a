import { type DatabaseFault } from '../engine.js';
import { networkFault, REACH_REMEDY } from '../faults.js';

/**
 * What an error of PostgreSQL means, by its SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html). The
 * server's own words are passed on only where they speak of the select's text, never where they may hold a value.
 */
export function postgresqlFault(error: unknown): DatabaseFault | undefined {
  const { code, message } = error as { code?: string; message: string };
  if (code && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]+$/.test(code)) return sqlStateFault(code, message);
  const network = networkFault(error);
  if (network) return network;
  // pg's own words, without a code.
  if (/terminated|ended|not queryable|timeout expired|timeout exceeded/i.test(message)) {
    return {
      kind: 'unavailable',
      message: /timeout/i.test(message) ? 'no connection in time' : 'the connection was lost',
      remedy: REACH_REMEDY,
    };
  }
  if (/SSL|SASL|SCRAM|password/i.test(message)) {
    const remedy = 'Check user, password and the ssl parameters of the JDBC URL.';
    return {
      kind: /SSL connections/.test(message) ? 'misconfigured' : 'refused',
      message: `no login: ${message}`,
      remedy,
    };
  }
  return undefined;
}

function sqlStateFault(code: string, message: string): DatabaseFault {
  const fault = (kind: DatabaseFault['kind'], what: string, remedy: string): DatabaseFault => ({
    kind,
    message: `${what} (SQLSTATE ${code})`,
    remedy,
  });
  switch (code) {
    case '57014':
      return fault(
        'timeout',
        'the statement took longer than its time-out',
        'See whether the columns compared have an index.',
      );
    case '42501':
      return fault('refused', message, 'Let the user of the connector read these tables.');
    case '25006':
      return fault('misconfigured', `${message}: the select writes`, 'Take a select that only reads.');
    case '3D000':
      return fault('misconfigured', message, "Correct the database's name in the JDBC URL.");
    case '57P04':
      return fault('unavailable', 'the database was dropped', "Correct the database's name in the JDBC URL.");
  }
  switch (code.slice(0, 2)) {
    case '28':
      return fault('refused', message, 'Check user and password, and what pg_hba.conf allows.');
    case '42':
    case '3F':
      return fault('misconfigured', message, 'Correct query.select or the *-column that it names.');
    case '22':
      return fault(
        'misconfigured',
        'a value that was asked for does not fit the type of the column it is compared with, or the select converts one that cannot be',
        'Compare with a column of text, or cast the column to text in its *-column.',
      );
    case '08':
      return fault('unavailable', 'the connection was lost', REACH_REMEDY);
    case '53':
    case '57':
    case '58':
      return fault('unavailable', message, "See the database's own log.");
    case '40':
    case '55':
      return fault('unavailable', 'the statement was in the way of another', 'Ask again.');
    default:
      return fault('protocol', 'the database failed', "See the database's own log.");
  }
}
