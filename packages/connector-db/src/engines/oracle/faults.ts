import { type DatabaseFault, faults, networkFault } from '../faults.js';

const LOGIN_REFUSED = [1017, 1005, 28000, 28001, 1045];
const PERMISSION_DENIED = [1031, 41900];
const SERVICE_UNKNOWN = [12505, 12514, 12154];
const WRITES = [1456, 14551, 16000];
const NOT_CONVERTED = [1722, 1843, 1858, 1861, 6502, 1839];
const UNAVAILABLE = [1033, 1034, 1089, 1090, 12528, 12537, 12547, 18, 20, 28, 2391];
const CONNECTION_LOST = [3113, 3114, 3135];
const UNREACHABLE = [3136, 12170, 12541, 12543];
/** Of the driver: wrong connect strings, and servers older than its thin mode supports. */
const URL_UNUSABLE = [515, 516, 517, 518, 520, 530, 533, 116, 138];

/**
 * Returns the meaning of an error of Oracle Database or node-oracledb by its code (`ORA-00942`, `NJS-500`); `undefined` for other
 * errors. The database's own words are used only if they are about the select's text, never if they may contain a value.
 *
 * @see https://docs.oracle.com/en/error-help/db/
 */
export function oracleFault(error: unknown): DatabaseFault | undefined {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const known = /^(ORA|NJS|DPI)-(\d+)$/.exec(code) ?? /^(ORA|NJS|DPI)-(\d+)/.exec(message);
  if (!known) return networkFault(error);
  const number = Number(known[2]);
  const words = message.split('\n', 1)[0] || known[0];
  return known[1] === 'ORA' ? databaseFault(number, words) : driverFault(number, words);
}

function databaseFault(number: number, words: string): DatabaseFault {
  // The driver interrupts a statement when its time is over.
  if (number === 1013) return faults.statementTimeout();
  if (UNREACHABLE.includes(number)) return faults.unreachable(words);
  if (LOGIN_REFUSED.includes(number)) return faults.loginRefused(words);
  if (PERMISSION_DENIED.includes(number)) return faults.permissionDenied(words);
  if (SERVICE_UNKNOWN.includes(number)) {
    return faults.databaseUnknown(words, 'Correct the service, SID or alias in the JDBC URL.');
  }
  if ((number >= 900 && number < 1000) || [4043, 1747].includes(number)) {
    // 942 is also reported if a permission is missing.
    return faults.selectRejected(
      words,
      'Correct query.select or the *-column, or grant the user the permission to read these tables.',
    );
  }
  if (WRITES.includes(number)) return faults.selectWrites();
  if (NOT_CONVERTED.includes(number)) {
    return faults.notConverted('a value cannot be converted to the type of its column');
  }
  if (CONNECTION_LOST.includes(number)) return faults.connectionLost(words);
  if (UNAVAILABLE.includes(number)) return faults.unavailable(words);
  return faults.failed(`the database failed (ORA-${String(number).padStart(5, '0')})`);
}

function driverFault(number: number, words: string): DatabaseFault {
  if (number === 123 || number === 1067) return faults.statementTimeout();
  if ([500, 501].includes(number)) return faults.connectionLost(words);
  if ([503, 510, 511, 512, 521, 40, 1080, 1010].includes(number)) return faults.unreachable(words);
  if (URL_UNUSABLE.includes(number)) {
    return faults.databaseUnknown(
      words,
      "Correct the JDBC URL. The driver's thin mode requires Oracle Database 12.1 or later.",
    );
  }
  return faults.failed(
    `the driver failed (${words.split(':', 1)[0]})`,
    'Look up this code in the documentation of node-oracledb.',
  );
}
