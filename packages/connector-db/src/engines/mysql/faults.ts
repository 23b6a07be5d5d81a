import { type DatabaseFault } from '../engine.js';
import { networkFault, REACH_REMEDY } from '../faults.js';

const TIMEOUTS = new Set([1969, 3024]);
const ACCESS_DENIED = new Set([1044, 1045, 1130, 1142, 1143, 1227, 1370, 1698, 3118]);
const UNAVAILABLE = new Set([1317, 1040, 1053, 1077, 1080, 1203, 1226, 1205, 1213, 1927, 2006, 2013]);

/**
 * What an error of MySQL or MariaDB means, by its number (https://mariadb.com/kb/en/mariadb-error-code-reference/). The
 * server's own words are passed on only where they speak of the select's text, never where they may hold a value.
 */
export function mysqlFault(error: unknown): DatabaseFault | undefined {
  const { code, errno, sqlState, message } = error as {
    code?: string;
    errno?: number;
    sqlState?: string;
    message: string;
  };
  if (sqlState === undefined || errno === undefined) {
    if (code === 'HANDSHAKE_NO_SSL_SUPPORT' || code === 'HANDSHAKE_SSL_ERROR') {
      const remedy = 'Check the ssl parameters of the JDBC URL, and whether the server speaks TLS.';
      return { kind: 'misconfigured', message: `no TLS connection: ${message}`, remedy };
    }
    if (/closed state|connection (is )?(closed|lost)|socket/i.test(message)) {
      return { kind: 'unavailable', message: 'the connection was lost', remedy: REACH_REMEDY };
    }
    return networkFault(error);
  }
  const fault = (kind: DatabaseFault['kind'], what: string, remedy: string): DatabaseFault => ({
    kind,
    message: `${what} (error ${errno})`,
    remedy,
  });
  if (TIMEOUTS.has(errno)) {
    return fault(
      'timeout',
      'the statement took longer than its time-out',
      'See whether the columns compared have an index.',
    );
  }
  if (ACCESS_DENIED.has(errno)) {
    return fault('refused', message, 'Check user and password, and let the user read these tables.');
  }
  if (UNAVAILABLE.has(errno)) return fault('unavailable', message, "See the database's own log.");
  if (errno === 1792 || errno === 1290) {
    return fault('misconfigured', 'the select writes', 'Take a select that only reads.');
  }
  if (errno === 1049) return fault('misconfigured', message, "Correct the database's name in the JDBC URL.");
  if (sqlState.startsWith('42') || [1267, 1271, 1305, 1222, 1235].includes(errno)) {
    return fault('misconfigured', message, 'Correct query.select or the *-column that it names.');
  }
  if (sqlState.startsWith('22')) {
    return fault(
      'misconfigured',
      'a value cannot be converted to the type of its column',
      'Compare with columns of text.',
    );
  }
  if (sqlState.startsWith('08')) return fault('unavailable', 'the connection was lost', REACH_REMEDY);
  return fault('protocol', 'the database failed', "See the database's own log.");
}
