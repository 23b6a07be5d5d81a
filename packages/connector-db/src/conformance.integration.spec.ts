import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { conformanceCases, instanceRows } from '@pacs-connectors/connector-testkit';
import { startMariadb, startPostgresql, temporaryFolder } from '@pacs-connectors/test-services';
import Sqlite from 'better-sqlite3';
import { DatabaseConnector } from './database-connector.js';
import { type DatabaseSettings } from './database-settings.js';
import { createTables, insertRows, sampleSettings } from './testing/sample-tables.js';

const SQL = { postgresql: createTables('postgresql'), mysql: createTables('mysql'), sqlite: createTables('sqlite') };

async function onPostgresql() {
  const server = await startPostgresql();
  await server.execute(SQL.postgresql + insertRows(instanceRows()));
  const { jdbcUrl: uri, user, password } = server;
  return { settings: { uri, user, password }, stop: () => server.stop() };
}

async function onMariadb() {
  const server = await startMariadb();
  await server.execute(SQL.mysql + insertRows(instanceRows()));
  const { jdbcUrl: uri, user, password } = server;
  return { settings: { uri, user, password }, stop: () => server.stop() };
}

async function onSqlite() {
  const folder = await temporaryFolder('sqlite');
  const database = new Sqlite(`${folder.path}/archive.db`);
  database.exec(SQL.sqlite + insertRows(instanceRows()));
  database.close();
  return { settings: { uri: `jdbc:sqlite:${folder.path}/archive.db` }, stop: () => folder.remove() };
}

describe.each([
  ['PostgreSQL', onPostgresql],
  ['MariaDB', onMariadb],
  ['SQLite', onSqlite],
])('DatabaseConnector on %s', (_name, start) => {
  let archive: { settings: Partial<DatabaseSettings>; stop(): Promise<void> };
  beforeAll(async () => {
    archive = await start();
  }, 60_000);
  afterAll(() => archive.stop());

  const cases = conformanceCases(async () => {
    const settings = sampleSettings(archive.settings);
    const connector = new DatabaseConnector({ id: 'archive', type: 'DB', deactivated: [], settings });
    return { connector, close: () => connector.close() };
  });
  for (const { name, run } of cases) it(name, run, 60_000);
});
