import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Instance, type Patient, type Series, type Study } from '@pacs-connectors/connector-core';
import { type DatabaseServer, startMariadb, startPostgresql, temporaryFolder } from '@pacs-connectors/test-services';
import Sqlite from 'better-sqlite3';
import { type DatabaseSettings } from './database-settings.js';
import { ask, connectorOf } from './testing/connectors.js';

interface Archive {
  settings: Pick<DatabaseSettings, 'uri' | 'user' | 'password'>;
  execute(sql: string): Promise<string>;
  stop(): Promise<void>;
}

function ofServer(server: DatabaseServer): Archive {
  const { jdbcUrl: uri, user, password } = server;
  return { settings: { uri, user, password }, execute: server.execute, stop: server.stop };
}

async function sqlite(): Promise<Archive> {
  const folder = await temporaryFolder('sqlite');
  const file = `${folder.path}/archive.db`;
  return {
    settings: { uri: `jdbc:sqlite:${file}` },
    async execute(sql) {
      const database = new Sqlite(file);
      try {
        database.exec(sql);
      } finally {
        database.close();
      }
      return '';
    },
    stop: () => folder.remove(),
  };
}

type Everything = Omit<Patient, 'studies'> & Omit<Study, 'series'> & Omit<Series, 'instances'> & Instance;

/** Asks for the only row of a select whose columns are `columns` and the UIDs; all nodes of the answer as one object. */
async function readRow(
  archive: Archive,
  columns: string,
  from = 'from (select 1 as one) as single',
): Promise<Partial<Everything>> {
  const connector = connectorOf({
    ...archive.settings,
    select: `select '1.2' as studyInstanceUid, '1.2.3' as seriesInstanceUid, '1.2.3.4' as sopInstanceUid, ${columns} ${from}`,
    studyInstanceUidColumn: "'1.2'",
  });
  try {
    const { patients } = await ask(connector, { studyInstanceUids: ['1.2'] });
    const [patient] = patients;
    const study = patient?.studies[0];
    return { ...patient, ...study, ...study?.series[0], ...study?.series[0]?.instances[0] };
  } finally {
    await connector.close();
  }
}

describe('values of a database: PostgreSQL', () => {
  let archive: Archive;
  beforeAll(async () => {
    archive = ofServer(await startPostgresql({ timezone: 'America/Los_Angeles', datestyle: 'German' }));
  }, 60_000);
  afterAll(() => archive.stop());

  it('gives dates and times as the wall clock that the column shows', async () => {
    expect(
      await readRow(
        archive,
        `date '2024-01-31' as studyDate, time '13:14:15.250' as studyTime, timestamp '2024-03-10 02:30:00.5' as seriesDate,
         date '1964-02-29' as patientBirthDate, time '07:30' as patientBirthTime`,
      ),
    ).toMatchObject({
      studyDate: '20240131',
      studyTime: '131415.25',
      seriesDate: '20240310',
      seriesTime: '023000.5',
      patientBirthDate: '19640229',
      patientBirthTime: '073000',
    });
    // 23:14 in Zurich is 14:14 where this server is.
    expect(await readRow(archive, `timestamptz '2024-01-31 23:14:15+01' as studyDate`)).toMatchObject({
      studyDate: '20240131',
      studyTime: '141415',
    });
    expect(await readRow(archive, `20240131 as studyDate, 91500 as studyTime`)).toMatchObject({
      studyDate: '20240131',
      studyTime: '091500',
    });
  });

  it('gives numbers as text, whole', async () => {
    expect(
      await readRow(
        archive,
        `12345678901234567890123::numeric as patientId, 9223372036854775807::bigint as accessionNumber, 1e21::float8 as studyId,
         1.0::numeric as seriesNumber, 3::smallint as instanceNumber`,
      ),
    ).toMatchObject({
      patientId: '12345678901234567890123',
      accessionNumber: '9223372036854775807',
      studyId: '1000000000000000000000',
      seriesNumber: '1',
      instanceNumber: '3',
    });
  });

  it('trims padding, decodes bytes, keeps every script', async () => {
    expect(
      await readRow(
        archive,
        `'P1'::char(20) as patientId, convert_to('Zoë', 'UTF8') as studyDescription, 'Hoshino^Kaede=星野^楓' as patientName,
         '' as accessionNumber, null::text as studyId, 'CT\\SR' as modalitiesInStudy`,
      ),
    ).toMatchObject({
      patientId: 'P1',
      studyDescription: 'Zoë',
      patientName: 'Hoshino^Kaede=星野^楓',
      accessionNumber: undefined,
      studyId: undefined,
      modalitiesInStudy: ['CT', 'SR'],
    });
  });

  it('compares padded and numeric columns with what was asked, and only with that', async () => {
    await archive.execute(
      `create table keyed (uid varchar(64), n integer, c char(12)); insert into keyed values ('1.2', 7, 'A 1');`,
    );
    const find = async (column: string, value: string) => {
      const connector = connectorOf({
        ...archive.settings,
        select: `select uid as studyInstanceUid, uid as seriesInstanceUid, uid as sopInstanceUid from keyed`,
        patientIdColumn: column,
      });
      const { patients } = await ask(connector, { patientIds: [{ id: 'nobody' }, { id: value }] });
      await connector.close();
      return patients.length;
    };
    expect(await find('n', '7')).toBe(1);
    expect(await find('n', '7abc')).toBe(0);
    expect(await find('n', '99999999999999999999')).toBe(0);
    expect(await find('c', 'A 1')).toBe(1);
    expect(await find('c', 'A')).toBe(0);
  });

  it('never writes: neither by a function of the select nor by a statement in it', async () => {
    await archive.execute(`create table log (t text);
      create function noting() returns text language plpgsql volatile as $$ begin insert into log values ('x'); return 'x'; end $$;`);
    await expect(readRow(archive, 'noting() as studyId')).rejects.toMatchObject({ kind: 'misconfigured' });
    // Refused before the database sees it.
    const writing = {
      ...archive.settings,
      select: `with w as (insert into log values ('y') returning t)
        select t as studyInstanceUid, t as seriesInstanceUid, t as sopInstanceUid from w`,
      studyInstanceUidColumn: 't',
    };
    expect(() => connectorOf(writing)).toThrow(expect.objectContaining({ kind: 'misconfigured' }));
    const escape = `set_config('transaction_read_only', 'off', false) || noting()`;
    await expect(readRow(archive, `${escape} as studyId`)).rejects.toMatchObject({ name: 'ConnectorError' });
    expect((await archive.execute('select count(*) from log')).trim()).toBe('0');
  });

  it('looks for tables in the schema that the URL names', async () => {
    await archive.execute(
      `create schema "PACS"; create table "PACS".only_here (d text); insert into "PACS".only_here values ('here');`,
    );
    const settings = { ...archive.settings, uri: `${archive.settings.uri}?currentSchema=PACS` };
    expect(await readRow({ ...archive, settings }, 'd as studyDescription', 'from only_here')).toMatchObject({
      studyDescription: 'here',
    });
  });

  it('goes on to the next host, and to the kind of server that is wanted', async () => {
    const uri = archive.settings.uri.replace('//', '//127.0.0.1:1,');
    const at = (more: string) => ({ ...archive, settings: { ...archive.settings, uri: `${uri}${more}` } });
    expect(await readRow(at(''), `'x' as studyId`)).toMatchObject({ studyId: 'x' });
    expect(await readRow(at('?targetServerType=primary'), `'x' as studyId`)).toMatchObject({ studyId: 'x' });
    expect(await readRow(at('?targetServerType=preferSecondary'), `'x' as studyId`)).toMatchObject({ studyId: 'x' });
    await expect(readRow(at('?targetServerType=secondary'), `'x' as studyId`)).rejects.toMatchObject({
      kind: 'unavailable',
    });
    // This server speaks no TLS: `require` has to fail, not to go on in the clear.
    await expect(readRow(at('?sslmode=require'), `'x' as studyId`)).rejects.toMatchObject({ name: 'ConnectorError' });
  });
});

describe('values of a database: MariaDB', () => {
  let archive: Archive;
  beforeAll(async () => {
    archive = ofServer(await startMariadb({ 'default-time-zone': '-08:00' }));
  }, 60_000);
  afterAll(() => archive.stop());

  it('gives dates and times as the wall clock that the column shows', async () => {
    await archive.execute(`create table dated (d date, dt datetime(3), ts timestamp, t time(2), zero date, y int);
      set sql_mode = ''; set time_zone = '-08:00';
      insert into dated values ('2024-01-31', '2024-03-10 02:30:00.500', '2024-01-31 14:14:15', '13:14:15.25', '0000-00-00', 20240131);`);
    expect(await readRow(archive, 'd as studyDate, t as studyTime, dt as seriesDate', 'from dated')).toMatchObject({
      studyDate: '20240131',
      studyTime: '131415.25',
      seriesDate: '20240310',
      seriesTime: '023000.5',
    });
    expect(
      await readRow(archive, 'ts as studyDate, zero as patientBirthDate, y as seriesDate', 'from dated'),
    ).toMatchObject({
      studyDate: '20240131',
      studyTime: '141415',
      patientBirthDate: undefined,
      seriesDate: '20240131',
    });
  });

  it('gives numbers as text, whole', async () => {
    await archive.execute(`create table numbered (a decimal(30,0), b bigint unsigned, c double, d decimal(5,2), e int(5) zerofill, f tinyint(1));
      insert into numbered values (123456789012345678901234567890, 18446744073709551615, 1e21, 1.00, 42, 1);`);
    expect(
      await readRow(
        archive,
        'a as patientId, b as accessionNumber, c as studyId, d as seriesNumber, f as instanceNumber',
        'from numbered',
      ),
    ).toMatchObject({
      patientId: '123456789012345678901234567890',
      accessionNumber: '18446744073709551615',
      studyId: '1000000000000000000000',
      seriesNumber: '1',
      instanceNumber: '1',
    });
  });

  it('trims padding, decodes bytes, keeps every script', async () => {
    await archive.execute(`create table texts (b varbinary(20), j json, t text character set latin1, c char(10));
      insert into texts values ('Zoë', '{"a":1}', 'Zoë', 'P1');`);
    expect(
      await readRow(
        archive,
        `c as patientId, b as studyDescription, j as seriesDescription, t as referringPhysicianName, 'Hoshino^Kaede=星野^楓' as patientName`,
        'from texts',
      ),
    ).toMatchObject({
      patientId: 'P1',
      studyDescription: 'Zoë',
      seriesDescription: '{"a":1}',
      referringPhysicianName: 'Zoë',
      patientName: 'Hoshino^Kaede=星野^楓',
    });
  });

  it('never takes a text for the number that it begins with', async () => {
    await archive.execute(
      `create table keyed (uid varchar(64), n integer); insert into keyed values ('1.2', 7), ('1.3', 0);`,
    );
    const connector = connectorOf({
      ...archive.settings,
      select: `select uid as studyInstanceUid, uid as seriesInstanceUid, uid as sopInstanceUid from keyed`,
      patientIdColumn: 'n',
    });
    const find = async (id: string) => (await ask(connector, { patientIds: [{ id }] })).patients.length;
    expect([await find('7'), await find('7abc'), await find('abc'), await find('007')]).toEqual([1, 0, 0, 1]);
    await connector.close();
  });

  it('never writes', async () => {
    await archive.execute(
      `create table log (t text);
      create function noting() returns text modifies sql data begin insert into log values ('x'); return 'x'; end;`.replace(
        'create function',
        'delimiter //\ncreate function',
      ) + '//\ndelimiter ;',
    );
    await expect(readRow(archive, 'noting() as studyId')).rejects.toMatchObject({ kind: 'misconfigured' });
    expect((await archive.execute('select count(*) from log')).trim()).toBe('0');
  });
});

describe('values of a database: SQLite', () => {
  let archive: Archive;
  beforeAll(async () => {
    archive = await sqlite();
    await archive.execute("create table log (t text); insert into log values ('x')");
  });
  afterAll(() => archive.stop());

  it('gives every kind of value as text', async () => {
    expect(
      await readRow(
        archive,
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
      ...archive.settings,
      select: `select '1.2' as studyInstanceUid, '1.2' as seriesInstanceUid, '1.2' as sopInstanceUid, ${endless} as studyId from log`,
      studyInstanceUidColumn: "'1.2'",
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
    expect(performance.now() - start).toBeLessThan(4_000);
    expect(turns).toBeGreaterThan(20);
    const caller = new AbortController();
    const pending = ask(connector, { studyInstanceUids: ['1.2'] }, caller.signal).catch((error: unknown) => error);
    setTimeout(() => caller.abort(), 300);
    expect(await pending).toMatchObject({ kind: 'cancelled' });
    // The one connection is free again: the process that was busy is gone.
    await connector.check(AbortSignal.timeout(10_000));
    await connector.close();
  }, 30_000);

  it('keeps the statement time-out', async () => {
    const connector = connectorOf({
      ...archive.settings,
      select: `select '1.2' as studyInstanceUid, '1.2' as seriesInstanceUid, '1.2' as sopInstanceUid, ${endless} as studyId from log`,
      studyInstanceUidColumn: "'1.2'",
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
      ...archive.settings,
      select: `with recursive n(i) as (select 1 union all select i + 1 from n where i < 10000)
        select '1.2' as studyInstanceUid, '1.2.3' as seriesInstanceUid, '1.2.3.' || i as sopInstanceUid, i as instanceNumber from n`,
      studyInstanceUidColumn: "'1.2'",
      poolMax: 2,
    });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(connector, { studyInstanceUids: ['1.2'] })));
    for (const { patients } of answers) {
      const instances = patients[0]?.studies[0]?.series[0]?.instances;
      expect(instances).toHaveLength(10_000);
      expect(instances?.at(-1)).toMatchObject({ sopInstanceUid: '1.2.3.10000', instanceNumber: '10000' });
    }
    await connector.close();
  }, 60_000);

  it('tells a missing file, a file that is no database, a wrong column', async () => {
    const select = 'select t as studyInstanceUid, t as seriesInstanceUid, t as sopInstanceUid from log';
    const kindOf = async (uri: string, more: Partial<DatabaseSettings> = {}) => {
      const connector = connectorOf({ uri, select, studyInstanceUidColumn: 't', ...more });
      const error = await ask(connector, { studyInstanceUids: ['1'] }).catch((reason: unknown) => reason);
      await connector.close();
      const { kind, message } = error as { kind: string; message: string };
      return `${kind}: ${message}`;
    };
    const { uri } = archive.settings;
    expect(await kindOf(`${uri}.missing`)).toMatch(/^unavailable: .*cannot be opened/);
    expect(await kindOf(`jdbc:sqlite:${process.execPath}`)).toMatch(/^misconfigured: .*no sound SQLite database/);
    expect(await kindOf(uri, { studyInstanceUidColumn: 'nowhere' })).toMatch(/^misconfigured: .*nowhere/);
    expect(await kindOf(uri, { select: select.replace('log', 'nothing') })).toMatch(/^misconfigured: .*nothing/);
  });
});
