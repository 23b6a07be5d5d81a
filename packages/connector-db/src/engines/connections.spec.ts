import { afterEach, describe, expect, it } from '@jest/globals';
import knex, { type Knex } from 'knex';
import { createServer, type Server, type Socket } from 'node:net';
import * as tedious from 'tedious';
import { type DatabaseConnector } from '../database-connector.js';
import { parseJdbcUrl } from '../jdbc/index.js';
import { connectorOf } from '../testing/connectors.js';
import { engineOf } from '../engine-of.js';

const SELECT = 'select u as studyInstanceUid, u as seriesInstanceUid, u as sopInstanceUid from t';
const URLS: [string, (port: number) => string][] = [
  ['PostgreSQL', (port) => `jdbc:postgresql://127.0.0.1:${port}/db`],
  ['MySQL', (port) => `jdbc:mysql://127.0.0.1:${port}/db`],
  ['Oracle', (port) => `jdbc:oracle:thin:@127.0.0.1:${port}/service`],
  ['SQL Server', (port) => `jdbc:sqlserver://127.0.0.1:${port};databaseName=db`],
];

describe.each(URLS)('the driver of %s', (_name, url) => {
  const opened: { connectors: DatabaseConnector[]; servers: Server[]; sockets: Socket[] } = {
    connectors: [],
    servers: [],
    sockets: [],
  };
  afterEach(async () => {
    for (const socket of opened.sockets.splice(0)) socket.destroy();
    await Promise.all(opened.connectors.splice(0).map((connector) => connector.close()));
    for (const server of opened.servers.splice(0)) server.close();
  });
  const open = (port: number) => {
    const connector = connectorOf({
      uri: url(port),
      user: 'me',
      password: 'hunter2',
      select: SELECT,
      studyInstanceUidColumn: 'u',
    });
    opened.connectors.push(connector);
    return connector;
  };
  const listen = (answer: (socket: Socket) => void) =>
    new Promise<number>((resolve) => {
      const server = createServer((socket) => {
        opened.sockets.push(socket);
        socket.on('error', () => undefined);
        answer(socket);
      });
      opened.servers.push(server);
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
  const outcomeOf = (connector: DatabaseConnector, ms: number) =>
    connector.check(AbortSignal.timeout(ms)).catch((error: unknown) => error as Error);

  it('says that nothing listens', async () => {
    const error = await outcomeOf(open(1), 20_000);
    expect(error).toMatchObject({ name: 'ConnectorError', kind: 'unavailable' });
    expect(String((error as Error).message)).not.toContain('hunter2');
  });

  it('keeps the deadline of a server that accepts and says nothing', async () => {
    const port = await listen(() => undefined);
    const start = performance.now();
    expect(await outcomeOf(open(port), 500)).toMatchObject({ kind: 'timeout' });
    expect(performance.now() - start).toBeLessThan(30_000);
  });

  it('says that a server hung up', async () => {
    const port = await listen((socket) => socket.destroy());
    expect(await outcomeOf(open(port), 20_000)).toMatchObject({ name: 'ConnectorError', kind: 'unavailable' });
  });
});

describe('the settings of SQL Server', () => {
  it('are what tedious takes', async () => {
    const url =
      'jdbc:sqlserver://db.example\\PACS;databaseName=archive;encrypt=true;trustServerCertificate=true;loginTimeout=7;' +
      'applicationIntent=ReadOnly;hostNameInCertificate=db;multiSubnetFailover=true;packetSize=8000;workstationID=ws7;sslProtocol=TLSv1.2';
    const engine = engineOf(parseJdbcUrl(url), { user: 'me', password: 'p' }, { connectMs: 7_000, statementMs: 9_000 });
    const { attempts } = await engine.plan();
    const client = knex({ client: 'mssql', connection: attempts[0] as object }).client as Knex.Client & {
      _generateConnection(): tedious.ConnectionConfiguration;
    };
    const settings = client._generateConnection();
    expect(settings).toMatchObject({
      server: 'db.example',
      authentication: { options: { userName: 'me' } },
      options: {
        database: 'archive',
        instanceName: 'PACS',
        encrypt: true,
        trustServerCertificate: true,
        connectTimeout: 7_000,
        requestTimeout: 9_000,
        readOnlyIntent: true,
        serverName: 'db',
        multiSubnetFailover: true,
        useUTC: true,
        packetSize: 8_000,
        workstationId: 'ws7',
        cryptoCredentialsDetails: { maxVersion: 'TLSv1.2' },
      },
    });
    // It checks every option's type.
    expect(new tedious.Connection(settings)).toBeInstanceOf(tedious.Connection);
  });
});
