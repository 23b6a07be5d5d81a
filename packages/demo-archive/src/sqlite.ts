/** What is used of SQLite: Node's own `node:sqlite` and better-sqlite3 are alike in it. */
export interface Database {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
  close(): void;
}

export interface Statement {
  run(...values: (string | number | bigint | null)[]): { lastInsertRowid: number | bigint };
}

/**
 * Creates or opens an SQLite file, by Node's own SQLite where this Node has it (22.16 and later), else by better-sqlite3.
 *
 * @throws Error with the remedy where neither can be had.
 */
export async function openDatabase(file: string): Promise<Database> {
  const builtIn = process.getBuiltinModule?.('node:sqlite') as
    { DatabaseSync: new (file: string) => Database } | undefined;
  if (builtIn) return new builtIn.DatabaseSync(file);
  let betterSqlite: { default: new (file: string) => Database };
  try {
    betterSqlite = (await import('better-sqlite3')) as unknown as typeof betterSqlite;
    return new betterSqlite.default(file);
  } catch (error) {
    throw new Error(
      `SQLite cannot be used: Node.js ${process.versions.node} has none of its own (22.16 and later have), and the package ` +
        `better-sqlite3 does not load (${firstLine(error)}). Remedy: start with Node.js 22.16 or later; or, so that ` +
        'better-sqlite3 can be compiled, install a C++ compiler, make and Python ' +
        '(Debian: apt-get install g++ make python3), then run npm ci again.',
      { cause: error },
    );
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
