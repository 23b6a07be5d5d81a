import { type DatabaseFault } from '../engine.js';
import { networkFault, REACH_REMEDY } from '../faults.js';

/**
 * What an error of SQL Server or of tedious means, by its number or code. The server's own words are passed on only where
 * they speak of the select's text, never where they may hold a value.
 *
 * @see https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
 */
export function mssqlFault(error: unknown): DatabaseFault | undefined {
  const { number, code, message, cause } = error as {
    number?: number;
    code?: string;
    message: string;
    cause?: unknown;
  };
  const fault = (kind: DatabaseFault['kind'], what: string, remedy: string): DatabaseFault => ({
    kind,
    message: what,
    remedy,
  });
  if (typeof number === 'number') {
    const what = `${message} (error ${number})`;
    if ([18456, 18452, 229, 230, 262, 916].includes(number)) {
      return fault('refused', what, 'Check user and password, and let the login read these tables.');
    }
    if (number === 4060) return fault('misconfigured', what, 'Correct databaseName in the JDBC URL.');
    // Syntax, unknown names, operand types; none of these messages holds a value.
    if ([102, 105, 156, 195, 207, 208, 209, 319, 402, 4104, 8120, 8180].includes(number)) {
      return fault('misconfigured', what, 'Correct query.select or the *-column that it names.');
    }
    if ([241, 242, 245, 248, 8114, 8115].includes(number)) {
      return fault(
        'misconfigured',
        `a value cannot be converted to the type of its column (error ${number})`,
        'Compare with columns of text.',
      );
    }
    if ([1205, 1222, 3960].includes(number))
      return fault('unavailable', `the statement was in the way of another (error ${number})`, 'Ask again.');
    if ([6005, 6006, 17142, 10928, 10929, 40197, 40501, 40613].includes(number))
      return fault('unavailable', what, "See the database's own log.");
    return fault('protocol', `the database failed (error ${number})`, "See the database's own log.");
  }
  switch (code) {
    case 'ELOGIN':
      return fault('refused', message, 'Check user and password.');
    case 'ETIMEOUT':
      return /connect/i.test(message)
        ? fault('unavailable', 'no connection in time', REACH_REMEDY)
        : fault(
            'timeout',
            'the statement took longer than its time-out',
            'See whether the columns compared have an index.',
          );
    case 'EINSTLOOKUP':
      return fault(
        'unavailable',
        message,
        'See whether the SQL Server Browser runs, or give the port in the JDBC URL.',
      );
    case 'ESOCKET':
    case 'ECLOSE':
      return (
        networkFault(cause) ?? networkFault(error) ?? fault('unavailable', 'the connection was lost', REACH_REMEDY)
      );
    case 'ENCRYPT':
      return fault('misconfigured', message, 'Check encrypt in the JDBC URL.');
    default:
      return networkFault(error);
  }
}
