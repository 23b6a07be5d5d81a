import { DemoArchiveError } from '../errors/demo-archive-error.js';
import { codes } from '../errors/error-codes.js';

/** The part of SQLite that is used, which `node:sqlite` and better-sqlite3 have in common. */
export interface Database {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
  close(): void;
}

export type SqlValue = string | number | bigint | null;

/** A prepared statement. */
export interface Statement {
  run(...values: SqlValue[]): { lastInsertRowid: number | bigint };
  all(...values: SqlValue[]): unknown[];
}

/**
 * Creates or opens an SQLite file, by the SQLite of Node.js (22.16 and later), otherwise by better-sqlite3.
 *
 * @throws DemoArchiveError if neither is available
 */
export async function openDatabase(file: string): Promise<Database> {
  const builtIn = process.getBuiltinModule?.('node:sqlite') as
    { DatabaseSync: new (file: string) => Database } | undefined;
  if (builtIn) return new builtIn.DatabaseSync(file);
  const BetterSqlite = await loadBetterSqlite();
  return new BetterSqlite(file);
}

async function loadBetterSqlite(): Promise<new (file: string) => Database> {
  try {
    const { default: BetterSqlite } = (await import('better-sqlite3')) as unknown as {
      default: new (file: string) => Database;
    };
    // It loads its binary only when it opens a database.
    new BetterSqlite(':memory:').close();
    return BetterSqlite;
  } catch (error) {
    throw new DemoArchiveError(
      codes['demo.sqlite.missing'],
      `SQLite cannot be used: Node.js ${process.versions.node} has none of its own (22.16 and later have), and the package ` +
        `better-sqlite3 does not load (${firstLine(error)}). Remedy: start with Node.js 22.16 or later; or, so that ` +
        'better-sqlite3 can be compiled, install a C++ compiler, make and Python ' +
        '(Debian: apt-get install g++ make python3), then run npm ci again.',
      error,
    );
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
