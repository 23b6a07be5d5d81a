// Runs one SQLite connection in its own process. SQLite runs a statement to its end within one call, and only ending the
// process interrupts that. Requests arrive over IPC: { sql, bindings } returns { columns }. Each {} then returns the next
// batch, { rows, done }, until done. A failure returns { error }.
import { pathToFileURL } from 'node:url';

const { file, immutable, batchSize } = JSON.parse(process.argv[2]);

/**
 * Opens the file, and returns a function that runs a statement.
 *
 * @returns {Promise<(sql: string, bindings: unknown[]) => { columns: object[], rows: Iterator<unknown[]> }>}
 */
async function open() {
  const own = await import('node:sqlite').catch(() => undefined);
  // Before 22.16 it returns rows only as objects, which lose the first of two columns with the same name.
  if (own?.StatementSync.prototype.setReturnArrays) {
    const place = immutable ? `${pathToFileURL(file).href}?immutable=1` : file;
    const database = new own.DatabaseSync(place, { readOnly: true });
    prepareSession((sql) => database.exec(sql));
    return (sql, bindings) => {
      const statement = database.prepare(sql);
      statement.setReadBigInts(true);
      statement.setReturnArrays(true);
      return { columns: statement.columns(), rows: statement.iterate(...bindings) };
    };
  }
  const { default: BetterSqlite } = await import('better-sqlite3');
  const database = new BetterSqlite(file, { readonly: true, fileMustExist: true });
  prepareSession((sql) => database.pragma(sql.replace(/^pragma /, '')));
  return (sql, bindings) => {
    const statement = database.prepare(sql);
    if (!statement.reader) throw Object.assign(new Error('the statement reads nothing'), { code: 'SQLITE_READONLY' });
    statement.raw(true).safeIntegers(true);
    return { columns: statement.columns(), rows: statement.iterate(...bindings) };
  };
}

function prepareSession(run) {
  run('pragma query_only = on');
  // Another program may lock the file for a moment while it writes.
  run('pragma busy_timeout = 5000');
}

/** Returns integers as text, so that those beyond 2^53 keep their digits. */
function plain(value) {
  return typeof value === 'bigint' ? String(value) : value;
}

function nextBatch(iterator) {
  const rows = [];
  while (rows.length < batchSize) {
    const { value, done } = iterator.next();
    if (done) return { rows, done: true };
    rows.push(value.map(plain));
  }
  return { rows, done: false };
}

function failure(error) {
  return { error: { code: error.code, errcode: error.errcode, message: error.message } };
}

let iterator;
const database = open();
database.catch(() => undefined);
process.on('message', async (request) => {
  try {
    if (request.sql === undefined) {
      process.send(nextBatch(iterator));
    } else {
      const { columns, rows } = (await database)(request.sql, request.bindings);
      iterator = rows;
      process.send({ columns: columns.map(({ name }) => name) });
    }
  } catch (error) {
    process.send(failure(error));
  }
});
process.on('disconnect', () => process.exit());
