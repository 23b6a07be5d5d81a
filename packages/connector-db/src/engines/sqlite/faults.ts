import { codes } from '../../errors/error-codes.js';
import { type DatabaseFault, faults } from '../faults.js';

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html), which node:sqlite reports as numbers. */
const NAMES: Record<number, string> = {
  1: 'SQLITE_ERROR',
  3: 'SQLITE_PERM',
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  14: 'SQLITE_CANTOPEN',
  23: 'SQLITE_AUTH',
  26: 'SQLITE_NOTADB',
};
const OWN_SQLITE = 'Node.js 22.16 and later have SQLite built in.';

/**
 * Returns the meaning of an error of SQLite or of its process; `undefined` for other errors. SQLite's messages contain the
 * select's text, never a value.
 */
export function sqliteFault(error: unknown): DatabaseFault | undefined {
  const { code = '', errcode, message, syscall } = error as NodeJS.ErrnoException & { errcode?: number };
  if (syscall?.startsWith('spawn')) {
    return {
      kind: 'unavailable',
      code: codes['db.sqlite-process.not-started'],
      message: `the process that reads the file cannot be started (${code})`,
      remedy: 'Raise the limit of processes: TasksMax= in the systemd unit, --pids-limit of the container.',
    };
  }
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
    return {
      kind: 'misconfigured',
      code: codes['db.driver.not-installed'],
      message: 'the driver of SQLite is not installed',
      remedy: `Install it: npm install better-sqlite3@12. ${OWN_SQLITE}`,
    };
  }
  if (/ERR_DLOPEN_FAILED|bindings file/i.test(`${code} ${message}`)) {
    return {
      kind: 'misconfigured',
      code: codes['db.driver.not-loaded'],
      message: 'the driver of SQLite is not built for this version of Node.js',
      remedy: `Build it: npm rebuild better-sqlite3. ${OWN_SQLITE}`,
    };
  }
  if (code === 'ETIME') return faults.statementTimeout();
  if (code === 'ECONNRESET') {
    return {
      kind: 'unavailable',
      code: codes['db.sqlite-process.ended'],
      message: 'the process that reads the file ended',
      remedy: 'Search again.',
    };
  }
  const name = errcode === undefined ? code : (NAMES[errcode & 0xff] ?? 'SQLITE_ERROR');
  return resultFault(name, message);
}

function resultFault(name: string, message: string): DatabaseFault | undefined {
  const is = (...names: string[]) => names.some((one) => name === one || name.startsWith(`${one}_`));
  if (is('SQLITE_BUSY', 'SQLITE_LOCKED')) {
    return {
      kind: 'unavailable',
      code: codes['db.sqlite-file.locked'],
      message: 'another program holds the file locked',
      remedy: 'Stop that program, or configure a copy of the file.',
    };
  }
  if (is('SQLITE_CANTOPEN', 'SQLITE_IOERR') || /does not exist|unable to open/i.test(message)) {
    return {
      kind: 'unavailable',
      code: codes['db.sqlite-file.not-opened'],
      message: 'the file cannot be opened',
      remedy: 'Check that the file exists, and that this process may read it and its folder.',
    };
  }
  if (is('SQLITE_NOTADB', 'SQLITE_CORRUPT')) {
    return {
      kind: 'misconfigured',
      code: codes['db.sqlite-file.invalid'],
      message: 'the file is damaged, or it is not an SQLite database',
      remedy: 'Correct the path in the JDBC URL.',
    };
  }
  if (is('SQLITE_READONLY')) return faults.selectWrites();
  if (is('SQLITE_PERM', 'SQLITE_AUTH')) return faults.permissionDenied(message);
  if (is('SQLITE_ERROR')) return faults.selectRejected(message);
  if (/readonly|read-only/i.test(message)) return faults.selectWrites();
  return name.startsWith('SQLITE_')
    ? faults.failed(`the database failed (${name})`, 'Check the file: pragma integrity_check.')
    : undefined;
}
