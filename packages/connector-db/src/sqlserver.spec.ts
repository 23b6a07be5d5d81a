import { afterEach, describe, expect, it } from '@jest/globals';
import { startTdsServer, type TdsAnswer, type TdsServer } from '@pacs-connectors/test-services';
import { type DatabaseConnector } from './database-connector.js';
import { ask, connectorOf } from './testing/connectors.js';

const UIDS = ['studyInstanceUid', 'seriesInstanceUid', 'sopInstanceUid'].map((name) => ({ name }));
const SELECT = 'select s.a as studyInstanceUid, s.b as seriesInstanceUid, s.c as sopInstanceUid, s.d from s';

describe('DatabaseConnector and SQL Server', () => {
  const opened: { connectors: DatabaseConnector[]; servers: TdsServer[] } = { connectors: [], servers: [] };
  afterEach(async () => {
    await Promise.all(opened.connectors.splice(0).map((connector) => connector.close()));
    await Promise.all(opened.servers.splice(0).map((server) => server.close()));
  });

  /** A connector to a server that gives `answer` to the select, and a column of text to statements about types. */
  const connect = async (answer: () => TdsAnswer, more: { statementTimeout?: number } = {}) => {
    const server = await startTdsServer((sql) =>
      sql.includes('sopInstanceUid') ? answer() : { columns: [{ name: 'c1' }], rows: [] },
    );
    opened.servers.push(server);
    const connector = connectorOf({
      uri: `jdbc:sqlserver://127.0.0.1:${server.port};databaseName=db;encrypt=false`,
      user: 'me',
      password: 'p',
      select: SELECT,
      studyInstanceUidColumn: 's.a',
      ...more,
    });
    opened.connectors.push(connector);
    return connector;
  };
  const studyWith = async (name: string, type: Buffer, value: Buffer) => {
    const connector = await connect(() => ({
      columns: [...UIDS, { name, type }],
      rows: [['1', '1.1', '1.1.1', value]],
    }));
    const { patients } = await ask(connector, { studyInstanceUids: ['1'] });
    return { ...patients[0], ...patients[0]?.studies[0] };
  };

  /** DATETIMEOFFSET(3): milliseconds of the day and days since 0001-01-01 in UTC, then the offset in minutes. */
  const dateTimeOffset = (utc: string, minutes: number) => {
    const moment = new Date(utc).getTime();
    const bytes = Buffer.alloc(10);
    bytes[0] = 9;
    bytes.writeUIntLE(moment % 86_400_000, 1, 4);
    bytes.writeUIntLE(Math.floor(moment / 86_400_000) + 719_162, 5, 3);
    bytes.writeInt16LE(minutes, 8);
    return bytes;
  };

  it.each([
    ['2022-07-01T02:10:05.250Z', -420, '20220630', '191005.25'],
    ['2022-06-30T18:40:00Z', 345, '20220701', '002500'],
    ['2022-06-30T18:40:00Z', 0, '20220630', '184000'],
  ])('DATETIMEOFFSET %s, %i minutes: the local date and time', async (utc, minutes, studyDate, studyTime) => {
    expect(await studyWith('studyDate', Buffer.from([0x2b, 3]), dateTimeOffset(utc, minutes))).toMatchObject({
      studyDate,
      studyTime,
    });
  });

  it.each([
    ['98765432109876543210', 0, 1, '98765432109876543210'],
    ['98765432109876543210', 4, 0, '-9876543210987654.3210'],
    ['7', 2, 1, '0.07'],
    ['0', 0, 1, '0'],
  ])('DECIMAL %s with scale %i: every digit', async (digits, scale, sign, text) => {
    const bytes = Buffer.from(BigInt(digits).toString(16).padStart(32, '0'), 'hex').reverse();
    const value = Buffer.concat([Buffer.from([17, sign]), bytes]);
    expect(await studyWith('accessionNumber', Buffer.from([0x6c, 17, 38, scale]), value)).toMatchObject({
      accessionNumber: text,
    });
  });

  it.each([
    [
      'a lock',
      { error: 1222, message: 'Lock request time out period exceeded.' },
      'unavailable',
      'db.statement.conflict',
    ],
    [
      'a missing permission',
      { error: 229, message: 'SELECT permission was denied.' },
      'refused',
      'db.permission.denied',
    ],
    ['an unknown error', { error: 823, message: 'SECRET' }, 'protocol', 'db.server.failed'],
  ] as const)('%s before the first row is reported as what it is', async (_what, answer, kind, code) => {
    const connector = await connect(() => answer);
    const error = await ask(connector, { studyInstanceUids: ['1'] }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'ConnectorError', kind, code });
    expect((error as Error).message).not.toContain('SECRET');
  });

  it('a time-out before the first row is reported as a time-out, and the next search is answered', async () => {
    let answer: TdsAnswer = 'silence';
    const connector = await connect(() => answer, { statementTimeout: 400 });
    await expect(ask(connector, { studyInstanceUids: ['1'] })).rejects.toMatchObject({
      kind: 'timeout',
      code: 'db.statement.timeout',
    });
    answer = { columns: UIDS, rows: [['1', '1.1', '1.1.1']] };
    expect((await ask(connector, { studyInstanceUids: ['1'] })).patients).toHaveLength(1);
  });
});
