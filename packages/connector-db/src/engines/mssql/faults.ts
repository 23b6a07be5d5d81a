import { type DatabaseFault, faults, networkFault } from '../faults.js';

const LOGIN_REFUSED = [18456, 18452];
const PERMISSION_DENIED = [229, 230, 262, 916];
/** Syntax, unknown names, operand types. None of these messages contains a value. */
const SELECT_REJECTED = [102, 105, 156, 195, 207, 208, 209, 319, 402, 4104, 8120, 8180];
const NOT_CONVERTED = [241, 242, 245, 248, 8114, 8115];
const CONFLICTS = [1205, 1222, 3960];
const UNAVAILABLE = [6005, 6006, 17142, 10928, 10929, 40197, 40501, 40613];

interface MssqlError {
  /** Of the server. */
  number?: number;
  /** Of tedious. */
  code?: string;
  message: string;
  cause?: unknown;
}

/**
 * Returns the meaning of an error of SQL Server or tedious by its number or code; `undefined` for other errors. The server's own
 * words are used only if they are about the select's text, never if they may contain a value.
 *
 * @see https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
 */
export function mssqlFault(error: unknown): DatabaseFault | undefined {
  const { number, code, message, cause } = error as MssqlError;
  if (typeof number === 'number') return serverFault(number, message);
  switch (code) {
    case 'ELOGIN':
      return faults.loginRefused(message);
    case 'ETIMEOUT':
      return /connect/i.test(message) ? faults.unreachable() : faults.statementTimeout();
    case 'EINSTLOOKUP':
      return faults.unreachable(message, 'Check that the SQL Server Browser runs, or name the port in the JDBC URL.');
    case 'ESOCKET':
    case 'ECLOSE':
      return networkFault(cause) ?? networkFault(error) ?? faults.connectionLost();
    case 'ENCRYPT':
      return faults.tls(message);
    default:
      return networkFault(error);
  }
}

function serverFault(number: number, message: string): DatabaseFault {
  const words = `${message} (error ${number})`;
  if (LOGIN_REFUSED.includes(number)) return faults.loginRefused(words);
  if (PERMISSION_DENIED.includes(number)) return faults.permissionDenied(words);
  if (number === 4060) return faults.databaseUnknown(words, 'Correct databaseName in the JDBC URL.');
  if (SELECT_REJECTED.includes(number)) return faults.selectRejected(words);
  if (NOT_CONVERTED.includes(number)) {
    return faults.notConverted(`a value cannot be converted to the type of its column (error ${number})`);
  }
  if (CONFLICTS.includes(number)) return faults.conflict(`another statement was in the way (error ${number})`);
  if (UNAVAILABLE.includes(number)) return faults.unavailable(words);
  return faults.failed(`the database failed (error ${number})`);
}
