// After `npm ci`: better-sqlite3 is an optional dependency, so npm says nothing where it could not be compiled. This does.
import { createRequire } from 'node:module';

if (!hasSqlite()) {
  console.warn(
    [
      '',
      `SQLite is missing: Node.js ${process.versions.node} has none of its own, and better-sqlite3 could not be compiled.`,
      'The demo and SQLite archives need it; everything else works without. Remedy, one of:',
      '  - Node.js 22.16 or later, which brings SQLite along',
      '  - a C++ compiler, make and Python (Debian: apt-get install g++ make python3), then npm ci again',
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
