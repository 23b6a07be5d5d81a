// Runs after `npm ci` and warns if SQLite is missing. better-sqlite3 is an optional dependency, so npm does not report that it
// could not be compiled.
import { createRequire } from 'node:module';

if (!hasSqlite()) {
  console.warn(
    [
      '',
      `SQLite is missing: Node.js ${process.versions.node} does not contain it, and better-sqlite3 could not be compiled.`,
      'The demo and SQLite archives need it; everything else works without it. Do one of the following:',
      '  - Use Node.js 22.16 or later, which contains SQLite.',
      '  - Install a C++ compiler, make and Python (Debian: apt-get install g++ make python3), then run npm ci again.',
      '',
    ].join('\n'),
  );
}

function hasSqlite() {
  if (process.getBuiltinModule?.('node:sqlite')) return true;
  try {
    const Database = createRequire(import.meta.url)('better-sqlite3');
    new Database(':memory:').close();
    return true;
  } catch {
    return false;
  }
}
