import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startMariadb, startPostgresql, temporaryFolder } from '@pacs-connectors/test-services';
import Sqlite from 'better-sqlite3';
import { type DatabaseConnector } from './database-connector.js';
import { type DatabaseSettings } from './database-settings.js';
import { ask, connectorOf } from './testing/connectors.js';

interface Archive {
  settings: Pick<DatabaseSettings, 'uri' | 'user' | 'password'>;
  execute(sql: string): Promise<unknown>;
  stop(): Promise<unknown>;
}

/** Numbers that are close to each other in one way or another, as a column may contain them. */
const STORED = [
  '0', '7', '70', '700', '1000', '4294967295', '16777216', '9007199254740992', '9007199254740993',
  '9223372036854775806', '9223372036854775807', '12345678901234567890', '12345678901234567891',
  '99999999999999999999999999999999999998', '99999999999999999999999999999999999999',
]; // prettier-ignore
/** Identifiers of requests: those, and texts that some database reads as one of them. */
const ASKED = [
  ...STORED, '8', '-7', '7.5', '6.9999999999999999999', '7e0', '1e3', '7abc', ' 7', '7 ', '+7', '0x7', '7.', '٧', '𝟕', 'x', "7' or 1=1",
  '4294967296', '16777217', '9007199254740994', '9223372036854775808', '12345678901234567892', '1'.repeat(64), '7.00000000000000000001',
]; // prettier-ignore

const ARCHIVES: Record<string, { types: Record<string, number>; start(): Promise<Archive> }> = {
  PostgreSQL: {
    // The most digits that a column of each type keeps.
    types: { 'numeric(38, 0)': 38, numeric: 38, 'numeric(40, 2)': 38, bigint: 18, integer: 9, real: 6, 'double precision': 15, text: 38, 'varchar(64)': 38, 'char(64)': 38 },
    start: async () => ofServer(await startPostgresql()),
  },
  MariaDB: {
    types: { 'decimal(38, 0)': 38, 'decimal(40, 2)': 38, bigint: 18, 'bigint unsigned': 19, int: 9, 'int(10) unsigned zerofill': 9, float: 6, double: 15, 'varchar(64)': 38, 'char(64)': 38, 'varchar(64) character set latin1': 38 },
    start: async () => ofServer(await startMariadb()),
  },
  SQLite: {
    types: { integer: 18, numeric: 18, real: 15, text: 38, '': 38 },
    async start() {
      const folder = await temporaryFolder('sqlite');
      const database = new Sqlite(`${folder.path}/archive.db`);
      const stop = async () => {
        database.close();
        await folder.remove();
      };
      return { settings: { uri: `jdbc:sqlite:${folder.path}/archive.db` }, execute: async (sql) => database.exec(sql), stop };
    },
  },
}; // prettier-ignore

function ofServer(server: Awaited<ReturnType<typeof startPostgresql>>): Archive {
  const { jdbcUrl: uri, user, password } = server;
  return { settings: { uri, user, password }, execute: server.execute, stop: server.stop };
}

describe.each(Object.entries(ARCHIVES))('a column of %s', (_name, { types, start }) => {
  let archive: Archive;
  beforeAll(async () => {
    archive = await start();
  });
  afterAll(() => archive.stop());

  it.each(Object.entries(types).map(([type, digits], index) => ({ type, digits, table: `t${index}` })))(
    '$type matches the patient that was searched for, and no other',
    async ({ type, digits, table }) => {
      const stored = STORED.filter((number) => number.length <= digits);
      const rows = stored.map((number, index) => `(${index}, '${number}')`);
      await archive.execute(
        `create table ${table} (n integer, id ${type}); insert into ${table} values ${rows.join()};`,
      );
      const connector = connectorOf({
        ...archive.settings,
        // The select returns the row's number as the Patient ID, because the column's own text may be rounded.
        select: `select t.n as patientId, t.n as studyInstanceUid, t.n as seriesInstanceUid, t.n as sopInstanceUid from ${table} t`,
        patientIdColumn: 't.id',
      });
      try {
        const found = (...ids: string[]) => indexesOf(connector, ids);
        const expected = (...ids: string[]) =>
          stored.flatMap((number, index) => (ids.includes(number) ? [String(index)] : [])).sort();
        // A text column of padded texts, or with a collation that ignores padding, also finds an id with a blank at its end.
        const asked = ASKED.filter((id) => !(id.endsWith(' ') && /char/.test(type)));
        for (const id of asked) {
          expect({ id, found: await found(id) }).toEqual({ id, found: expected(id) });
          // Beside others, databases have another plan.
          expect({ id, found: await found(id, 'nobody', '5') }).toEqual({ id, found: expected(id) });
        }
        expect(await found(...asked)).toEqual(expected(...asked));
      } finally {
        await connector.close();
      }
    },
  );
});

async function indexesOf(connector: DatabaseConnector, ids: string[]): Promise<string[]> {
  const { patients } = await ask(connector, { patientIds: ids.map((id) => ({ id })) });
  return patients.map(({ patientId }) => patientId).sort();
}
