import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DatabaseServer, startMariadb, startPostgresql } from '@pacs-connectors/test-services';
import { type DatabaseSettings } from './database-settings.js';
import { ask, connectorOf, readRow } from './testing/connectors.js';

interface Archive {
  settings: Pick<DatabaseSettings, 'uri' | 'user' | 'password'>;
  execute(sql: string): Promise<string>;
  stop(): Promise<void>;
}

function ofServer(server: DatabaseServer): Archive {
  const { jdbcUrl: uri, user, password } = server;
  return { settings: { uri, user, password }, execute: server.execute, stop: server.stop };
}

describe('values of a database: PostgreSQL', () => {
  let archive: Archive;
  beforeAll(async () => {
    archive = ofServer(await startPostgresql({ timezone: 'America/Los_Angeles', datestyle: 'German' }));
  });
  afterAll(() => archive.stop());

  it('gives dates and times as the wall clock that the column shows', async () => {
    expect(
      await readRow(
        archive.settings,
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
    expect(await readRow(archive.settings, `timestamptz '2024-01-31 23:14:15+01' as studyDate`)).toMatchObject({
      studyDate: '20240131',
      studyTime: '141415',
    });
    expect(await readRow(archive.settings, `20240131 as studyDate, 91500 as studyTime`)).toMatchObject({
      studyDate: '20240131',
      studyTime: '091500',
    });
  });

  it('reads date and time of one column, studyDateTime and seriesDateTime', async () => {
    expect(
      await readRow(
        archive.settings,
        `timestamp '2019-11-02 06:05:04.5' as "studyDateTime", '20191102 070809' as series_date_time`,
      ),
    ).toMatchObject({ studyDate: '20191102', studyTime: '060504.5', seriesDate: '20191102', seriesTime: '070809' });
    // A column for the date alone is preferred.
    expect(
      await readRow(
        archive.settings,
        `date '2019-11-01' as studyDate, timestamp '2019-11-02 06:05:04' as studyDateTime, null::date as seriesDate,
         timestamp '2019-11-03 00:00:00' as seriesDateTime`,
      ),
    ).toMatchObject({ studyDate: '20191101', studyTime: undefined, seriesDate: '20191103', seriesTime: undefined });
  });

  it('finds texts and numbers where the branches of a union differ', async () => {
    await archive.execute(`create table old_image (id int); insert into old_image values (7);
      create table new_image (id text); insert into new_image values ('7abc'), ('7');`);
    const connector = connectorOf({
      ...archive.settings,
      select: `select i.id::text as patientId, '1' as studyInstanceUid, '1.1' as seriesInstanceUid, '1.1.1' as sopInstanceUid from old_image i
        union all select i.id, '2.' || i.ctid::text, '2.1' || i.ctid::text, '2.1.1' || i.ctid::text from new_image i`,
      patientIdColumn: 'i.id',
    });
    try {
      const found = async (id: string) =>
        (await ask(connector, { patientIds: [{ id }] })).patients.flatMap(({ studies }) => studies).length;
      expect(await found('7abc')).toBe(1);
      expect(await found('7')).toBe(2);
    } finally {
      await connector.close();
    }
  });

  it('gives numbers as text, whole', async () => {
    expect(
      await readRow(
        archive.settings,
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
        archive.settings,
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
    await expect(readRow(archive.settings, 'noting() as studyId')).rejects.toMatchObject({ kind: 'misconfigured' });
    // Refused before the database sees it.
    const writing = {
      ...archive.settings,
      select: `with w as (insert into log values ('y') returning t)
        select t as studyInstanceUid, t as seriesInstanceUid, t as sopInstanceUid from w`,
      studyInstanceUidColumn: 't',
    };
    expect(() => connectorOf(writing)).toThrow(expect.objectContaining({ kind: 'misconfigured' }));
    const escape = `set_config('transaction_read_only', 'off', false) || noting()`;
    await expect(readRow(archive.settings, `${escape} as studyId`)).rejects.toMatchObject({ name: 'ConnectorError' });
    expect((await archive.execute('select count(*) from log')).trim()).toBe('0');
  });

  it('looks for tables in the schema that the URL names', async () => {
    await archive.execute(
      `create schema "PACS"; create table "PACS".only_here (d text); insert into "PACS".only_here values ('here');`,
    );
    const settings = { ...archive.settings, uri: `${archive.settings.uri}?currentSchema=PACS` };
    expect(await readRow(settings, 'd as studyDescription', 'from only_here')).toMatchObject({
      studyDescription: 'here',
    });
  });

  it('goes on to the next host, and to the kind of server that is wanted', async () => {
    const uri = archive.settings.uri.replace('//', '//127.0.0.1:1,');
    const at = (more: string) => ({ ...archive.settings, uri: `${uri}${more}` });
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
  });
  afterAll(() => archive.stop());

  it('gives dates and times as the wall clock that the column shows', async () => {
    await archive.execute(`create table dated (d date, dt datetime(3), ts timestamp, t time(2), zero date, y int);
      set sql_mode = ''; set time_zone = '-08:00';
      insert into dated values ('2024-01-31', '2024-03-10 02:30:00.500', '2024-01-31 14:14:15', '13:14:15.25', '0000-00-00', 20240131);`);
    expect(
      await readRow(archive.settings, 'd as studyDate, t as studyTime, dt as seriesDate', 'from dated'),
    ).toMatchObject({
      studyDate: '20240131',
      studyTime: '131415.25',
      seriesDate: '20240310',
      seriesTime: '023000.5',
    });
    expect(
      await readRow(archive.settings, 'ts as studyDate, zero as patientBirthDate, y as seriesDate', 'from dated'),
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
        archive.settings,
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
        archive.settings,
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

  it('keeps the zeros of ZEROFILL columns', async () => {
    await archive.execute(`create table filled (a int(6) zerofill, b bigint(12) zerofill, c decimal(8, 0) zerofill, d int(6) zerofill, e int);
      insert into filled values (73, 1234567, 905, null, 73);`);
    expect(
      await readRow(
        archive.settings,
        'a as patientId, b as accessionNumber, c as studyId, d as seriesNumber, e as instanceNumber',
        'from filled',
      ),
    ).toMatchObject({
      patientId: '000073',
      accessionNumber: '000001234567',
      studyId: '00000905',
      seriesNumber: undefined,
      instanceNumber: '73',
    });
  });

  it('finds nobody by a character that the column cannot contain, and everybody else', async () => {
    const types = {
      latin2: 'varchar(20) character set latin2',
      swedish: 'varchar(20) character set latin1 collate latin1_german1_ci',
      cyrillic: 'char(20) character set cp1251',
      three: 'varchar(20) character set utf8mb3',
      ascii: 'varchar(20) character set ascii collate ascii_bin',
      bytes: 'varbinary(20)',
      whole: 'varchar(20) character set utf8mb4',
    };
    const own = {
      latin2: 'Háček',
      swedish: 'Göran',
      cyrillic: 'Пётр',
      three: '楓',
      ascii: 'PLAIN',
      bytes: 'Zoë',
      whole: '🩻',
    };
    const columns = Object.entries(types).map(([name, type]) => `${name} ${type}`);
    await archive.execute(
      `create table scripts (uid varchar(64), ${columns.join()}); insert into scripts values ('1.2', ${Object.values(
        own,
      )
        .map((text) => `'${text}'`)
        .join()}), ('1.3', '?urek', '?urek', '?urek', '?urek', '?urek', '?urek', '?urek');`,
    );
    for (const [column, text] of Object.entries(own)) {
      const connector = connectorOf({
        ...archive.settings,
        select: 'select s.uid as studyInstanceUid, s.uid as seriesInstanceUid, s.uid as sopInstanceUid from scripts s',
        patientIdColumn: `s.${column}`,
      });
      const find = async (...ids: string[]) =>
        (await ask(connector, { patientIds: ids.map((id) => ({ id })) })).patients.flatMap(({ studies }) =>
          studies.map(({ studyInstanceUid }) => studyInstanceUid),
        );
      const foreign = ['Đurek', '𝓩urek', 'ジurek'];
      expect({ column, found: await find(text) }).toEqual({ column, found: ['1.2'] });
      expect({ column, found: await find(...foreign, text, 'nobody') }).toEqual({ column, found: ['1.2'] });
      for (const id of foreign) expect({ column, id, found: await find(id) }).toEqual({ column, id, found: [] });
      await connector.close();
    }
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
    await expect(readRow(archive.settings, 'noting() as studyId')).rejects.toMatchObject({ kind: 'misconfigured' });
    expect((await archive.execute('select count(*) from log')).trim()).toBe('0');
  });
});
