import { type DatabaseFault } from '../engine.js';
import { networkFault, REACH_REMEDY } from '../faults.js';

/**
 * What an error of Oracle Database or of node-oracledb means, by its code (`ORA-00942`, `NJS-500`). The database's own words
 * are passed on only where they speak of the select's text, never where they may hold a value.
 *
 * @see https://docs.oracle.com/en/error-help/db/
 */
export function oracleFault(error: unknown): DatabaseFault | undefined {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const known = /^(ORA|NJS|DPI)-(\d+)$/.exec(code) ?? /^(ORA|NJS|DPI)-(\d+)/.exec(message);
  if (!known) return networkFault(error);
  const number = Number(known[2]);
  const firstLine = message.split('\n', 1)[0] ?? '';
  const fault = (kind: DatabaseFault['kind'], what = firstLine, remedy: string): DatabaseFault => ({
    kind,
    message: what,
    remedy,
  });
  if (known[1] === 'ORA') {
    // 1013: ended at the user's request, which is ours by the call's time-out.
    if ([1013, 3136, 12170].includes(number)) {
      const kind = number === 1013 ? 'timeout' : 'unavailable';
      return fault(
        kind,
        'no answer in time',
        'See whether the columns compared have an index, and whether the database is overloaded.',
      );
    }
    if ([1017, 1005, 28000, 28001, 1031, 1045, 41900].includes(number)) {
      return fault('refused', firstLine, 'Check user and password, and let the user read these tables.');
    }
    if ([12505, 12514, 12154].includes(number)) {
      return fault('misconfigured', firstLine, 'Correct service, SID or alias in the JDBC URL.');
    }
    // 942: also what a missing permission looks like.
    if ((number >= 900 && number < 1000) || number === 942 || number === 4043 || number === 1747 || number === 918) {
      return fault(
        'misconfigured',
        firstLine,
        'Correct query.select or the *-column, or let the user read these tables.',
      );
    }
    if ([1456, 14551, 16000].includes(number)) {
      return fault('misconfigured', 'the select writes', 'Take a select that only reads.');
    }
    if ([1722, 1843, 1858, 1861, 6502, 1839].includes(number)) {
      return fault(
        'misconfigured',
        'a value cannot be converted to the type of its column',
        'Compare with columns of text.',
      );
    }
    if (
      [1033, 1034, 1089, 1090, 3113, 3114, 3135, 12528, 12537, 12541, 12543, 12547, 18, 20, 28, 2391].includes(number)
    ) {
      return fault('unavailable', firstLine, 'See whether the database runs, and its own log.');
    }
    return fault('protocol', `the database failed (ORA-${known[2]})`, "See the database's own log.");
  }
  if (number === 123 || number === 1067) {
    return fault(
      'timeout',
      'the statement took longer than its time-out',
      'See whether the columns compared have an index.',
    );
  }
  if ([500, 501, 503, 510, 511, 512, 521, 40, 1080, 1010].includes(number)) {
    return fault('unavailable', firstLine, REACH_REMEDY);
  }
  if ([515, 516, 517, 518, 520, 530, 533, 116, 138].includes(number)) {
    return fault(
      'misconfigured',
      firstLine,
      "Correct the JDBC URL; the driver's thin mode needs Oracle Database 12.1 or later.",
    );
  }
  return fault('protocol', `the driver failed (${known[0]})`, "See the driver's documentation of this code.");
}
