import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DatabaseSettings } from './database-settings.js';
import { ask, connectorOf, readRow } from './testing/connectors.js';

describe('DatabaseConnector and a file of SQLite', () => {
  let folder: string;
  let settings: { uri: string };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sqlite-'));
    const database = new Sqlite(`${folder}/archive.db`);
    database.exec("create table log (t text); insert into log values ('x')");
    database.close();
    settings = { uri: `jdbc:sqlite:${folder}/archive.db` };
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('gives every kind of value as text', async () => {
    expect(
      await readRow(
        settings,
        `9223372036854775807 as patientId, 1e21 as studyId, 1.0 as seriesNumber, x'5a6fc3ab' as studyDescription,
         20240131 as studyDate, '2024-01-31T13:14:15' as seriesDate, '星野^楓' as patientName, null as accessionNumber`,
      ),
    ).toMatchObject({
      patientId: '9223372036854775807',
      studyId: '1000000000000000000000',
      seriesNumber: '1',
      studyDescription: 'Zoë',
      studyDate: '20240131',
      seriesDate: '20240131',
      seriesTime: '131415',
      patientName: '星野^楓',
      accessionNumber: undefined,
    });
  });

  const endless = `(with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000000000) select max(i) from n)`;

  it('ends a statement that takes too long in the middle, and holds up nothing meanwhile', async () => {
    const connector = connectorOf({
      ...settings,
      select: `select '1.2' as studyInstanceUid, '1.2' as seriesInstanceUid, '1.2' as sopInstanceUid, ${endless} as studyId from log`,
      studyInstanceUidColumn: "coalesce('1.2', '1.2')",
      poolMax: 1,
      statementTimeout: 20_000,
    });
    let turns = 0;
    const timer = setInterval(() => turns++, 10);
    const start = performance.now();
    await expect(ask(connector, { studyInstanceUids: ['1.2'] }, AbortSignal.timeout(1_000))).rejects.toMatchObject({
      kind: 'timeout',
    });
    clearInterval(timer);
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(turns).toBeGreaterThan(20);
    const caller = new AbortController();
    const pending = ask(connector, { studyInstanceUids: ['1.2'] }, caller.signal).catch((error: unknown) => error);
    setTimeout(() => caller.abort(), 300);
    expect(await pending).toMatchObject({ kind: 'cancelled' });
    // The one connection is free again: the process that was busy is gone.
    await connector.check(AbortSignal.timeout(10_000));
    await connector.close();
  });

  it('keeps the statement time-out', async () => {
    const connector = connectorOf({
      ...settings,
      select: `select '1.2' as studyInstanceUid, '1.2' as seriesInstanceUid, '1.2' as sopInstanceUid, ${endless} as studyId from log`,
      studyInstanceUidColumn: "coalesce('1.2', '1.2')",
      statementTimeout: 500,
    });
    await expect(ask(connector, { studyInstanceUids: ['1.2'] })).rejects.toMatchObject({
      kind: 'timeout',
      message: expect.stringContaining('longer than its time-out'),
    });
    await connector.close();
  });

  it('takes 10,000 rows by 20 questions at once', async () => {
    const connector = connectorOf({
      ...settings,
      select: `with recursive n(i) as (select 1 union all select i + 1 from n where i < 10000)
        select '1.2' as studyInstanceUid, '1.2.3' as seriesInstanceUid, '1.2.3.' || i as sopInstanceUid, i as instanceNumber from n`,
      studyInstanceUidColumn: "coalesce('1.2', '1.2')",
      poolMax: 2,
    });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(connector, { studyInstanceUids: ['1.2'] })));
    for (const { patients } of answers) {
      const instances = patients[0]?.studies[0]?.series[0]?.instances;
      expect(instances).toHaveLength(10_000);
      expect(instances?.at(-1)).toMatchObject({ sopInstanceUid: '1.2.3.10000', instanceNumber: '10000' });
    }
    await connector.close();
  });

  it('reports a missing file, a file that is not a database, and a wrong column', async () => {
    const select = 'select t as studyInstanceUid, t as seriesInstanceUid, t as sopInstanceUid from log';
    const kindOf = async (uri: string, more: Partial<DatabaseSettings> = {}) => {
      const connector = connectorOf({ uri, select, studyInstanceUidColumn: 't', ...more });
      const error = await ask(connector, { studyInstanceUids: ['1'] }).catch((reason: unknown) => reason);
      await connector.close();
      const { kind, message } = error as { kind: string; message: string };
      return `${kind}: ${message}`;
    };
    const { uri } = settings;
    expect(await kindOf(`${uri}.missing`)).toMatch(/^unavailable: .*cannot be opened/);
    expect(await kindOf(`jdbc:sqlite:${process.execPath}`)).toMatch(/^misconfigured: .*not an SQLite database/);
    expect(await kindOf(uri, { studyInstanceUidColumn: 'nowhere' })).toMatch(/^misconfigured: .*nowhere/);
    expect(await kindOf(uri, { select: select.replace('log', 'nothing') })).toMatch(/^misconfigured: .*nothing/);
  });
});
