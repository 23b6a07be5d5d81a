import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { conformanceCases, instanceRows } from '@pacs-connectors/connector-testkit';
import { type DatabaseServer, startMariadb, startPostgresql, temporaryFolder } from '@pacs-connectors/test-services';
import Sqlite from 'better-sqlite3';
import { errors } from './errors/error-codes.js';
import { DatabaseConnector } from './database-connector.js';
import { type DatabaseSettings } from './database-settings.js';
import { scripted } from './testing/scripted-archive.js';
import { createTables, insertRows, sampleSettings } from './testing/sample-tables.js';

interface Archive {
  settings: Partial<DatabaseSettings>;
  /** Where it listens; SQLite does not. */
  port?: number;
  stop(): Promise<void>;
}

async function ofServer(server: DatabaseServer, tables: string): Promise<Archive> {
  await server.execute(tables + insertRows(instanceRows()));
  const { jdbcUrl: uri, user, password, port } = server;
  return { settings: { uri, user, password }, port, stop: () => server.stop() };
}

async function onSqlite(): Promise<Archive> {
  const folder = await temporaryFolder('sqlite');
  const database = new Sqlite(`${folder.path}/archive.db`);
  database.exec(createTables('sqlite') + insertRows(instanceRows()));
  database.close();
  return { settings: { uri: `jdbc:sqlite:${folder.path}/archive.db` }, stop: () => folder.remove() };
}

describe.each([
  ['PostgreSQL', true, async () => ofServer(await startPostgresql(), createTables('postgresql'))],
  ['MariaDB', true, async () => ofServer(await startMariadb(), createTables('mysql'))],
  ['SQLite', false, onSqlite],
] as const)('DatabaseConnector on %s', (_name, overNetwork, start) => {
  let archive: Archive;
  beforeAll(async () => {
    archive = await start();
  });
  afterAll(() => archive.stop());

  const open = async (more: Partial<DatabaseSettings> = {}) => {
    const settings = sampleSettings({ ...archive.settings, ...more });
    const connector = new DatabaseConnector({ id: 'archive', type: 'DB', deactivated: [], settings });
    return { connector, close: () => connector.close() };
  };
  const network = {
    // The server's port is known when it has started.
    get target() {
      return { host: '127.0.0.1', port: archive.port as number };
    },
    openVia: ({ port }: { port: number }) =>
      open({ uri: archive.settings.uri?.replace(String(archive.port), String(port)) }),
  };
  for (const { name, run } of conformanceCases(open, { errors, ...(overNetwork ? { network } : { scripted }) }))
    it(name, run);
});
