import { type DatabaseFault } from '../engine.js';

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html), by which node:sqlite tells them. */
const CODES: Record<number, string> = {
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

/** What an error of SQLite, or of the process that runs it, means. Its messages hold the select's text, never a value. */
export function sqliteFault(error: unknown): DatabaseFault | undefined {
  const { code = '', errcode, message, syscall } = error as NodeJS.ErrnoException & { errcode?: number };
  if (syscall?.startsWith('spawn')) {
    const remedy = 'Raise the limit of processes: TasksMax= in the systemd unit, --pids-limit of the container.';
    return { kind: 'unavailable', message: `the process that reads the file cannot be started (${code})`, remedy };
  }
  const name = errcode === undefined ? code : (CODES[errcode & 0xff] ?? 'SQLITE_ERROR');
  const is = (...names: string[]) => names.some((one) => name === one || name.startsWith(`${one}_`));
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
    const remedy = 'Install it: npm install better-sqlite3@12. Node 22.16 and later bring SQLite themselves.';
    return { kind: 'misconfigured', message: 'the driver of SQLite is not installed', remedy };
  }
  if (/ERR_DLOPEN_FAILED|bindings file/i.test(`${code} ${message}`)) {
    const remedy = 'Build it: npm rebuild better-sqlite3. Node 22.16 and later bring SQLite themselves.';
    return { kind: 'misconfigured', message: 'the driver of SQLite is not built for this Node', remedy };
  }
  if (code === 'ETIME') {
    const remedy = 'See whether the columns compared have an index.';
    return { kind: 'timeout', message: 'the statement took longer than its time-out', remedy };
  }
  if (code === 'ECONNRESET')
    return { kind: 'unavailable', message: 'the process that reads the file was ended', remedy: 'Ask again.' };
  if (is('SQLITE_BUSY', 'SQLITE_LOCKED')) {
    const remedy = 'Stop that program, or configure a copy of the file.';
    return { kind: 'unavailable', message: 'another program holds the file locked', remedy };
  }
  if (is('SQLITE_CANTOPEN', 'SQLITE_IOERR') || /does not exist|unable to open/i.test(message)) {
    const remedy = 'See whether the file exists and this process may read it, its folder too.';
    return { kind: 'unavailable', message: 'the file cannot be opened', remedy };
  }
  if (is('SQLITE_NOTADB', 'SQLITE_CORRUPT')) {
    return {
      kind: 'misconfigured',
      message: 'the file is no sound SQLite database',
      remedy: 'Correct the path in the JDBC URL.',
    };
  }
  if (is('SQLITE_READONLY')) {
    return { kind: 'misconfigured', message: 'the select writes', remedy: 'Take a select that only reads.' };
  }
  if (is('SQLITE_PERM', 'SQLITE_AUTH')) return { kind: 'refused', message, remedy: 'Let this process read the file.' };
  if (is('SQLITE_ERROR')) {
    return { kind: 'misconfigured', message, remedy: 'Correct query.select or the *-column that it names.' };
  }
  if (/readonly|read-only/i.test(message)) {
    return { kind: 'misconfigured', message, remedy: 'Name a file in the JDBC URL.' };
  }
  return name.startsWith('SQLITE_')
    ? {
        kind: 'protocol',
        message: `the database failed (${name})`,
        remedy: 'See whether the file is sound: pragma integrity_check.',
      }
    : undefined;
}
